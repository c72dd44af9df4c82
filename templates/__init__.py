"""Every word a person reads, as package data: chat, mail and console templates with their static files."""
