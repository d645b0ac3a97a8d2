"""What every billing backend keeps"""
