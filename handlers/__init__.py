"""What happens when somebody acts: a chat message, a button, a click in the console, a file imported.

One file is one use-case, named after the one thing that can happen; it never imports its twin `scheduler`.
"""
