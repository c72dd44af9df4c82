"""SELECTs across nouns, each taking a Scope."""
