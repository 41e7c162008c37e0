"""The agenda of one participant."""
