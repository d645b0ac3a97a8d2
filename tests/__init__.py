"""Tests: casework, desk, hub mirror the sources; servers starts real programs; architecture has the rules."""
