"""Students whom a member of staff has picked to do one thing for all of them: counted first, then done once."""
