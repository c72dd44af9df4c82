"""What delivery and the sources of updates may ask of a channel: the same few things of every platform.

A channel is one account of ours on one platform. It renders nothing and stores nothing: delivery hands it a finished
message and gets back a `Result` of the closed vocabulary, whatever happened; a channel never raises for what a
platform said. Its plain function `understand(raw) -> Incoming` lives in a module of its own beside it.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from enum import StrEnum
from typing import Any, Protocol, runtime_checkable

from bot.allowances.model import Form
from bot.outbox.model import Rendered, Result

Store = Callable[[str, str, dict[str, Any], str], Awaitable[None]]
"""Commits one raw update to the inbox: external id, sender, raw update, and what she wrote or the data of
the button she pressed (for the check for cries for help).

When it raises, the update counts as not received and the platform is asked for it again.
"""


class Channel(Protocol):
    """One account on one platform.

    `can_edit`: a message that was sent can be changed. `can_push`: an accepted message has reached her by itself; where
    it cannot, she has been asked only when her page has shown the question. `text_limit`: characters of one message;
    a longer text is split by the channel.
    """

    @property
    def name(self) -> str:
        """Name of the channel, as in `addresses.channel`."""

    @property
    def account(self) -> str:
        """Which of our accounts on the platform, as in `addresses.account`."""

    @property
    def can_edit(self) -> bool: ...

    @property
    def can_push(self) -> bool: ...

    @property
    def text_limit(self) -> int: ...

    async def send(self, external_id: str, message: Rendered, *, key: str) -> Result:
        """Send a message to an address; `key` is the outbox key, for platforms that de-duplicate by one.

        `Result.external_id` of an accepted message is the reference that `edit` takes.
        """

    async def edit(self, external_id: str, message_ref: str, message: Rendered) -> Result:
        """Change a message that was sent; one that already reads so counts as accepted."""

    async def acknowledge(self, press_ref: str) -> None:
        """Tell the platform that a press of a button arrived; best effort, never raises."""

    async def close(self) -> None:
        """Let go of connections."""


@runtime_checkable
class Formed(Channel, Protocol):
    """A channel whose platform takes only approved forms for whoever has not been heard for long."""

    @property
    def forms(self) -> tuple[Form, ...]: ...

    async def send_form(self, external_id: str, form: Form, message: Rendered, *, key: str) -> Result:
        """Send a message by a form, as much of it as the form holds."""


@runtime_checkable
class Grouped(Protocol):
    """What a channel has besides whose platform takes one message for several addresses in one call.

    `together`: how many addresses one call takes at most; 1 where calls cannot be shared after all.
    """

    @property
    def together(self) -> int: ...

    def words(self, message: Rendered) -> str:
        """Return all of a message that an address would get; what has the same words may share a call."""

    async def send_together(self, external_ids: Sequence[str], message: Rendered, *, key: str) -> list[Result]:
        """Send the same words to each; the results are in the order of the addresses. Raises no more than `send`."""


@runtime_checkable
class Pieced(Protocol):
    """What a channel has besides whose platform counts each piece of a message."""

    def pieces(self, message: Rendered) -> int:
        """Return how many messages of its platform a message takes."""


@runtime_checkable
class Pictured(Protocol):
    """What a channel has besides that shows pictures."""

    async def send_pictured(self, external_id: str, message: Rendered, picture: bytes, *, key: str) -> Result:
        """Send a message as `send` does, with a PNG; the message counts, and goes without the PNG rather than not."""


class Missing(StrEnum):
    """Why a file that she sent cannot be had."""

    LATER = "later"  # a passing fault: ask once more
    GONE = "gone"  # the platform does not have it, or not any more
    TOO_LARGE = "too_large"


@runtime_checkable
class Fetching(Protocol):
    """What a channel has besides whose platform gives out photos and documents that somebody sent."""

    async def fetch(self, ref: str, limit: int) -> bytes | Missing:
        """Return the bytes of a file (`bot.inbox.model.SentFile.ref`), at most `limit` of them; never raises."""


@runtime_checkable
class Coded(Channel, Protocol):
    """A channel whose platform makes a code to scan of an invitation."""

    async def invitation(self, token: str, lasts: timedelta) -> str:
        """Return the address of a code to scan that carries the token of an invitation; LookupError without one."""


@runtime_checkable
class Introduced(Protocol):
    """What a channel has besides that puts a menu or commands on its platform."""

    async def introduce(self) -> None:
        """Put them; tries until it worked or is cancelled. The service runs it beside everything else."""


@runtime_checkable
class Troubled(Protocol):
    """What a channel has besides, or its pace, that knows of something at which somebody should look."""

    def troubles(self) -> dict[str, int]:
        """Return how often each fault was seen of late, by short code."""


class Source(Protocol):
    """What fetches updates."""

    async def run(self, store: Store) -> None:
        """Fetch updates and store each before the platform may forget it, until cancelled."""


@runtime_checkable
class Sourced(Protocol):
    """What a channel has besides that fetches its updates itself; one that is called (a webhook, a page) has it not.

    `one_at_a_time`: no two processes may fetch from one account at once.
    """

    @property
    def one_at_a_time(self) -> bool: ...

    @property
    def source(self) -> Source | None:
        """What fetches; None where the settings leave it out."""
