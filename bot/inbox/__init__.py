"""Every message that came in."""
