"""The hub: the one place where cases, decisions and bookings are true."""
