"""The hub's door: thin routes over HTTP, errors as problem+json, OpenAPI; the web framework lives here."""
