"""A long text that a student writes about a stay: sections, versions, files, and what its readers say to it."""
