"""What a platform lets us send to one address now."""
