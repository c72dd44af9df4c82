"""One call for messages of one claim that say the same, for channels that take several addresses at once.

Each message keeps its own turn in its chat, its own last look and its own result; only the place that the pace gives
and the call are shared. `scheduler.deliver` makes the groups.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import structlog

from bot.channels.base import Channel, Grouped
from bot.engine.delivery import Parcel
from bot.outbox.model import Result, ResultKind

log = structlog.get_logger()
LINGER_SECONDS = 0.25
"""How long a call waits for those whose chat is still busy, once the first message is ready."""

Place = Callable[[], Awaitable[None]]
Send = Callable[[list[Parcel]], Awaitable[list[Result]]]


def grouped(channel: Channel, parcels: Sequence[Parcel]) -> list[list[Parcel]]:
    """Return which parcels of a claim may share a call, each in its order; most channels take one at a time."""
    if not isinstance(channel, Grouped) or channel.together == 1:
        return [[parcel] for parcel in parcels]
    found: list[list[Parcel]] = []
    open_ones: dict[tuple[str, int], list[Parcel]] = {}
    for parcel in parcels:
        if parcel.message_ref is not None or parcel.push.form is not None:
            found.append([parcel])
            continue
        words = (channel.words(parcel.body), parcel.message.priority)
        group = open_ones.get(words)
        if (
            group is None
            or len(group) == channel.together
            or any(one.external_id == parcel.external_id for one in group)
        ):
            group = open_ones[words] = []
            found.append(group)
        group.append(parcel)
    return found


async def send_group(
    channel: Channel, alone: Callable[[Parcel], Awaitable[Result]], parcels: list[Parcel]
) -> list[Result]:
    """Call the channel once for all; each has its own result. One that is left over goes `alone`, as any message."""
    if len(parcels) == 1 or not isinstance(channel, Grouped):
        return [await alone(parcel) for parcel in parcels]
    first, ids = parcels[0], [parcel.external_id for parcel in parcels]
    try:
        return await channel.send_together(ids, first.body, key=first.message.key)
    except Exception as error:  # noqa: BLE001 - a channel maps what its platform says; anything else is a bug of it
        name = type(error).__name__
    log.error("delivery.channel_broke", channel=channel.name, outbox_id=first.message.id, error=name)
    return [Result(ResultKind.OUTCOME_UNKNOWN, reason=name)] * len(parcels)


class Group:
    """Messages that say the same, on their way to one call."""

    def __init__(self, parcels: Sequence[Parcel], place: Place, send: Send) -> None:
        """Take who belongs to it, what waits for a place, and what calls the channel."""
        self._expected = {parcel.attempt_id for parcel in parcels}
        self._place = place
        self._send = send
        self._placing: asyncio.Task[None] | None = None
        self._here: list[tuple[Parcel, asyncio.Future[Result]]] = []
        self._going: asyncio.Task[None] | None = None

    async def place(self) -> None:
        """Wait for the place that all share; whoever comes first asks for it."""
        if self._placing is None:
            self._placing = asyncio.ensure_future(_await(self._place))
        await asyncio.shield(self._placing)

    async def call(self, parcel: Parcel) -> Result:
        """Be part of the call and return what came of this message; whoever comes too late has a call of her own."""
        if self._going is not None:
            await self._place()
            return (await self._send([parcel]))[0]
        done: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._here.append((parcel, done))
        if len(self._here) == 1:
            asyncio.get_running_loop().call_later(LINGER_SECONDS, self._go)
        self.leave(parcel)
        return await done

    def leave(self, parcel: Parcel) -> None:
        """Hear that nobody needs to wait for a message any more: it is here, or was given up."""
        self._expected.discard(parcel.attempt_id)
        if not self._expected and self._here:
            self._go()

    def _go(self) -> None:
        if self._going is None:
            self._going = asyncio.create_task(self._send_all())

    async def _send_all(self) -> None:
        try:
            results = await self._send([parcel for parcel, _ in self._here])
        except BaseException as error:
            for _, done in self._here:
                if not done.done():
                    done.set_exception(error)
            if not isinstance(error, Exception):
                raise
            return
        for (_, done), result in zip(self._here, results, strict=True):
            if not done.done():
                done.set_result(result)


async def _await(place: Place) -> None:
    await place()
