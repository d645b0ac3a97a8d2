"""The windows of the desk: one room per task, shared parts below."""
