"""Reusable widgets, theme, icons, fonts, words and formats of the desk window."""
