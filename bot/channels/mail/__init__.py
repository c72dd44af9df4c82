"""Mail: what goes out through the school's own server, and what comes back to its mailbox."""
