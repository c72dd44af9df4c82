"""When somebody looks at a page or presses something there: the console, the chat page, the answer page."""
