"""Rules that need the hub and its desks together: each a function whose answer is empty when it holds."""
