"""Plan, open, remind, answer, close, raise a case."""
