"""Every word a person reads, in her language."""
