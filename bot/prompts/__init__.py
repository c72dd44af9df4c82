"""One thing asked of one person for one occasion."""
