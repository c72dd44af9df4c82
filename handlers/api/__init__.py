"""The interface for programs under /api/v1: rosters go in, responses and statistics come out."""
