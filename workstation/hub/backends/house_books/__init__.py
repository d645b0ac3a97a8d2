"""The hub's own shop books, for firms without a shop system to connect: class A by a unique reference."""

from workstation.hub.backends.house_books.shop import HouseBooks

__all__ = ["HouseBooks"]
