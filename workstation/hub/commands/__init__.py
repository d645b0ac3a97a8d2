"""The commands of ``workstation-hub``, one file a task."""
