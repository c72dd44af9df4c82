"""What we keep of a platform itself: its token, and which calls of its have been taken already."""
