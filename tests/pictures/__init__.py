"""Pictures of every state of the real window over the demo's firm: `python -m tests.pictures FOLDER`."""
