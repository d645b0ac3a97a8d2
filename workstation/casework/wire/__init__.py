"""The messages desk and hub exchange: versioned msgspec structs and nothing else."""
