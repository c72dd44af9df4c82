"""What whoever leads a branch shares with its members: a title with a link or a file. Nobody counts who reads it."""
