"""Are you safe? One question to everyone in an area, as an incident or a drill."""
