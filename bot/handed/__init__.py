"""Rosters that the office has handed in through the console: kept from the look at what they change to the press."""
