"""The rules of the house as tests: imports, banned names, file names, the module map, the packages."""
