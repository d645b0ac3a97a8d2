"""Tests: casework, desk and hub mirror the sources; servers starts real programs; architecture holds the rules."""
