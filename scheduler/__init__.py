"""What happens when time passes: what is due, what must be sent, what must be watched.

One file is one use-case, named after the one thing that can happen; it never imports its twin `handlers`.
"""
