"""Filters of the list of people that a member of staff keeps under a name of her own."""
