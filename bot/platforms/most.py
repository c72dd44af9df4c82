"""What a platform lets one account of ours send: delivery keeps to it, a simulation compares with it.

The numbers are settings (`[limits]`); each channel's `about.py` says which of them means what. Pure.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Most:
    """What may go out at most; None where a platform does not count.

    `per_second` counts calls, each of which carries the same words to up to `together` people; `per_chat_per_second`
    is what one chat takes. `per_member_minute`, `per_member_hour` and `per_day` are messages that a platform drops
    beyond, `calls_per_month` calls that it refuses beyond; days and months are those of Beijing. `per_window` messages
    reach somebody within `window_hours` after a word of hers.
    """

    per_second: int | None = None
    per_chat_per_second: int = 1
    together: int = 1
    per_member_minute: int | None = None
    per_member_hour: int | None = None
    per_day: int | None = None
    calls_per_month: int | None = None
    per_window: int | None = None
    window_hours: int = 0
