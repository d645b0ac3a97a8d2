"""The work orders of all cases: what people still have to do and confirm, for team leads"""
