"""Where a student said that she is, when that is not where her trip says: a place and dates, never a track."""
