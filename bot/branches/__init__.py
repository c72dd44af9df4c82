"""Temporary branches and party matters, apart from everything else."""
