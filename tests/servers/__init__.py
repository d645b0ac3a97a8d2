"""Real servers on loopback for the tests: PostgreSQL, Postfix and Dovecot, each private and thrown away."""
