"""Settings of a person at this device."""
