"""Who the service knows: students, staff and their roles."""
