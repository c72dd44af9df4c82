"""Study sessions of a branch and other meetings across time zones."""
