"""One-time and private links."""
