"""Stand-ins for the ports of the desk, held to the same contract suites as the real adapters."""
