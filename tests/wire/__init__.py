"""What crosses the wire, recorded schema by schema; today's programs must keep to it"""
