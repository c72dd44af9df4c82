"""Apprise's own half: is an address one that it understands, and hand a text to it. The only file that imports it.

It is imported at its first use: a service without alarm URLs starts a quarter of a second earlier without it.
Addresses are secrets, so nothing here says one: Apprise's own log lines, which would, are switched off.
"""

import logging
import warnings
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from apprise import AppriseAsset, NotifyBase

TITLE = "Yanxin 雁信"


def is_understood(url: str) -> bool:
    """Tell whether an address leads to a service that Apprise knows; nobody is called."""
    return _instantiated(url) is not None


def hand_over(url: str, text: str) -> bool:
    """Hand a text to an address and wait for what it says; False when it did not take it.

    Apprise never raises and never says why. Each call has a notifier of its own, because they are not made for threads.
    """
    notifier = _instantiated(url)
    return notifier is not None and bool(notifier.notify(body=text, title=TITLE, notify_type="failure"))


def _instantiated(url: str) -> "NotifyBase | None":
    from apprise import Apprise  # noqa: PLC0415 - see above

    made: NotifyBase | None = Apprise.instantiate(url, asset=_asset())
    return made


@cache
def _asset() -> "AppriseAsset":
    """Return how Apprise shall behave: nothing kept on disk, no pictures from elsewhere, nothing of it in our logs."""
    from apprise import Apprise, AppriseAsset, PersistentStoreMode  # noqa: PLC0415 - see above

    logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # one of its hundred services uses an old module
        Apprise.instantiate("json://127.0.0.1")  # loads them all
    return AppriseAsset(
        app_id="Yanxin",
        app_desc="Yanxin",
        app_url="",
        image_url_mask="",
        image_url_logo="",
        async_mode=False,
        interpret_escapes=False,
        storage_mode=PersistentStoreMode.MEMORY,
    )
