"""The customers: find one and see everything known about them."""
