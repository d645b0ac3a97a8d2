"""Files of the desk: crash, corruption, full disk, migrations."""
