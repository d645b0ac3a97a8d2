"""The packaged program."""
