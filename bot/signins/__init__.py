"""Console sessions of staff."""
