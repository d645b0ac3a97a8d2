"""Workstation: a desk and a hub for people who answer customers."""
