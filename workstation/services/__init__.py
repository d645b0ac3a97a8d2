"""Use cases of the desk: async, no Qt, no SQL, no HTTP."""
