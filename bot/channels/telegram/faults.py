"""What an error of a call means for a message, whichever library called: surely not sent, or perhaps.

In a file of its own, so that only a service with Telegram loads what calls.
"""

from collections.abc import Callable

Heard = Callable[[str | None], None]
"""Is told the Date of an answer, None for one without."""


class NotSent(Exception):
    """No byte of the request was written; the text is the kind of fault."""


class Broken(Exception):
    """The request may have arrived, and no whole answer came; the text is the kind of fault."""
