"""The way to the hub: HTTP calls, the stream of pokes, retries, and the hub on this computer."""
