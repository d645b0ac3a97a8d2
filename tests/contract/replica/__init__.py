"""What every replica keeps."""
