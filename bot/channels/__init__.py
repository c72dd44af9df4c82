"""The ways messages travel."""
