"""Find and commands: one field for cases, customers, orders and everything the keyboard can do."""
