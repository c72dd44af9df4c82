"""The real service on a clock that starts where it is told and runs faster; nothing else is replaced."""
