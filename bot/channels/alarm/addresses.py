"""Apprise's own half: is an address one that it understands, and hand a text to it. The only file that imports it.

Addresses are secrets, so nothing here says one: Apprise's own log lines, which would, are switched off.
"""

import logging
import warnings
from functools import cache

from apprise import Apprise, AppriseAsset, NotifyType, PersistentStoreMode

TITLE = "Yanxin 雁信"


def is_understood(url: str) -> bool:
    """Tell whether an address leads to a service that Apprise knows; nobody is called."""
    return Apprise.instantiate(url, asset=_asset()) is not None


def hand_over(url: str, text: str) -> bool:
    """Hand a text to an address and wait for what it says; False when it did not take it.

    Apprise never raises and never says why. Each call has a notifier of its own, because they are not made for threads.
    """
    notifier = Apprise.instantiate(url, asset=_asset())
    return notifier is not None and bool(notifier.notify(body=text, title=TITLE, notify_type=NotifyType.FAILURE))


@cache
def _asset() -> AppriseAsset:
    """Return how Apprise shall behave: nothing kept on disk, no pictures from elsewhere, nothing of it in our logs."""
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
