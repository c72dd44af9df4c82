"""Tokens with which programs of the university use the interface for programs."""
