"""The ground floor both houses stand on: paths, clock, logging, SQLite engine, keys, workers."""
