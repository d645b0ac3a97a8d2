"""House 1, the rules: pure Python that desk and hub share; no Qt, no SQL, no HTTP, no clock of its own."""
