"""What happens when somebody writes or presses: one file per thing that can happen, the same on every channel."""
