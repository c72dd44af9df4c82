"""What each member of staff reads once a week: how often, when it comes next, and what it counted."""
