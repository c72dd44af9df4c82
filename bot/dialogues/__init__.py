"""What a person is in the middle of saying."""
