"""What the coming weeks would look like: the service's own rules on a copy, a clock that jumps, and no network."""
