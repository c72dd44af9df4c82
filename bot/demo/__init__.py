"""An invented university with 24 students and four weeks of their life, so that no page is empty on the first day."""
