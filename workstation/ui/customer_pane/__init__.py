"""The customer beside the case: head, figures and timeline."""
