"""Words that go into a group through its robot: rows that a kill does not lose."""
