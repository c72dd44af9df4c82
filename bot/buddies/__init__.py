"""Two students who agreed to be asked about each other."""
