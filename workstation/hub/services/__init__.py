"""Use cases of the hub: no web framework, no SQL, no window."""
