"""One way to reach a person."""
