"""A whole firm in one thread: real rules, hub and desks over memory, and a seed that says what goes wrong."""
