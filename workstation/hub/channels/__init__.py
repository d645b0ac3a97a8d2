"""Channels: how messages of customers come in and answers go out."""
