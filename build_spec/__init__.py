"""Building the program as one folder, and proofs that it starts where nothing is prepared."""
