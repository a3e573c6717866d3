"""How moments are written; Django looks here before its own."""
