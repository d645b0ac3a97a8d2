"""What every outbox keeps."""
