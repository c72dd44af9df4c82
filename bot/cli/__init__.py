"""The command line: one file per command, each a thin rim around a use-case."""
