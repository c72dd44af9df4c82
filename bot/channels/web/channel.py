"""The web page as a channel: what is handed over lies on the address, and her page shows it when she looks.

There is nothing to call, so everything is accepted at once; it cannot push, and so a question that lies here counts as
asked only when her page has shown it. `bot.app` makes it, delivery calls it.
"""

from collections.abc import Sequence

from bot.channels.checkup import Around, Finding
from bot.channels.web.checkup import look
from bot.outbox.model import Rendered, Result, ResultKind

NAME = "web"
ACCOUNT = "web"
TEXT_LIMIT = 20_000
"""Characters of one bubble; longer than anything that is ever sent."""


class WebChannel:
    """The one account of the web channel."""

    name = NAME
    account = ACCOUNT
    can_edit = True
    can_push = False
    text_limit = TEXT_LIMIT

    async def send(self, external_id: str, message: Rendered, *, key: str) -> Result:  # noqa: ARG002 - the protocol's
        """Accept the message: the page reads it from the attempt that delivery keeps."""
        return Result(ResultKind.ACCEPTED, external_id=key)

    async def edit(self, external_id: str, message_ref: str, message: Rendered) -> Result:  # noqa: ARG002 - as above
        """Accept the change: delivery puts the new body in the place of the old one."""
        return Result(ResultKind.ACCEPTED, external_id=message_ref)

    async def acknowledge(self, press_ref: str) -> None:
        """Do nothing: a page that was posted needs no telling."""

    async def checkup(self, around: Around) -> Sequence[Finding]:
        """Say whether our pages are where links lead, for `yanxin doctor`."""
        return await look(around)

    async def close(self) -> None:
        """Do nothing: nothing is open."""
