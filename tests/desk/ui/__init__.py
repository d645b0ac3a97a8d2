"""Tests of the widgets of the desk window."""
