"""Everything that goes wrong on purpose, and the proof that what must always hold still does."""
