"""A channel that answers what a test tells it to, and remembers what it was asked to send.

`script` holds the results of the next calls, in order; after them everything is accepted. A callable in the script is
called when its turn comes, so that a test can change the world between the claim and the call.
"""

from collections import deque
from collections.abc import Callable, Iterable

from bot.outbox.model import Rendered, Result, ResultKind

Scripted = Result | Exception | Callable[[], Result]


class ScriptedChannel:
    """One account on a platform that does what it is told."""

    text_limit = 4096

    def __init__(
        self, name: str = "telegram", account: str = "1", *, can_push: bool = True, can_edit: bool = True
    ) -> None:
        self.name = name
        self.account = account
        self.can_push = can_push
        self.can_edit = can_edit
        self.script: deque[Scripted] = deque()
        self.sent: list[tuple[str, Rendered, str]] = []
        self.edited: list[tuple[str, str, Rendered]] = []
        self.closed = False

    def then(self, *results: Scripted | ResultKind) -> None:
        """Say what the next calls answer."""
        self.script.extend(Result(given) if isinstance(given, ResultKind) else given for given in results)

    @property
    def texts(self) -> list[str]:
        """The texts of what was sent, in order."""
        return [message.text for _, message, _ in self.sent]

    def to(self, external_ids: Iterable[str]) -> list[str]:
        """The texts that went to some addresses, in order."""
        wanted = set(external_ids)
        return [message.text for external_id, message, _ in self.sent if external_id in wanted]

    async def send(self, external_id: str, message: Rendered, *, key: str) -> Result:
        self.sent.append((external_id, message, key))
        return self._next(f"m{len(self.sent)}")

    async def edit(self, external_id: str, message_ref: str, message: Rendered) -> Result:
        self.edited.append((external_id, message_ref, message))
        return self._next(message_ref)

    async def acknowledge(self, press_ref: str) -> None:
        """Nothing spins here."""

    async def close(self) -> None:
        self.closed = True

    def _next(self, reference: str) -> Result:
        given = self.script.popleft() if self.script else Result(ResultKind.ACCEPTED, external_id=reference)
        if isinstance(given, Exception):
            raise given
        result = given() if callable(given) else given
        if result.kind is ResultKind.ACCEPTED and result.external_id is None:
            return Result(ResultKind.ACCEPTED, external_id=reference)
        return result
