"""What goes over the wire, one module for each area. The names are those of the generated client."""
