"""What is done before a departure, step by step."""
