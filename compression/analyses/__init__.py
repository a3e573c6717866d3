"""What content is made of: looked at once, kept, and shown as pictures."""
