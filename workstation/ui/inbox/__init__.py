"""The queue: which case comes next, and why."""
