"""Rankings: whom everybody should meet."""
