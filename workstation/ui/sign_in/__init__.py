"""First run, sign-in, and what to do without a keyring."""
