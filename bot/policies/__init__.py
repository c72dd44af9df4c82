"""Who is told about a case, in which order, and what follows when nobody acts: data that a school edits."""
