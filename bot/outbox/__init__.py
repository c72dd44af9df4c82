"""Every message that must go out."""
