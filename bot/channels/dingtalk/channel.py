"""DingTalk as delivery sees it: send, to many at once where the words are the same; edit; and where its updates come
from. Wiring makes one per app. What calls the platform, and its libraries, are imported when a channel is made.
"""

from collections import Counter, deque
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import structlog

from bot.channels.base import Missing, Store
from bot.channels.checkup import Around, Finding
from bot.channels.dingtalk.calls import Add, Calls
from bot.channels.dingtalk.errors import (
    NOT_KNOWN,
    Answer,
    card_result,
    result_of_error,
    results_of,
    update_result,
)
from bot.channels.dingtalk.keeping import Keeper
from bot.channels.dingtalk.markup import Body, before_card, card, edited, has_card, texts
from bot.channels.dingtalk.understand import OUTSIDE
from bot.channels.plain import as_text
from bot.channels.token import TokenStore
from bot.outbox.model import Rendered, Result, ResultKind
from bot.settings import Limits
from bot.settings_dingtalk import DingTalk as DingTalkSettings

log = structlog.get_logger(__name__)
FILES = "/v1.0/robot/messageFiles/download"
SEND, CARDS = "/v1.0/robot/oToMessages/batchSend", "/v1.0/card/instances"
SHOWN_FOR = timedelta(hours=1)
"""How long an answer that we do not know is a trouble: while it goes on there are new ones."""
MOST_NOT_KNOWN = 1000
_OUTSIDE = Result(ResultKind.ADDRESS_WRONG, reason="no_such_member")
_EMPTY = Result(ResultKind.OUR_FAULT, reason="message_empty")


class DingTalk:
    """One app with its robot. `send` may run many times at once; limits of rate are delivery's work."""

    name = "dingtalk"
    can_push = True
    one_at_a_time = False  # the platform pushes to any connection, and more processes have more of them

    def __init__(
        self, section: DingTalkSettings, limits: Limits, tokens: TokenStore, calls: Add, real: Callable[[], datetime]
    ) -> None:
        """Take the settings of the channel, where its token is kept, what counts its calls, and the real time."""
        from bot.channels.dingtalk.client import Client  # noqa: PLC0415 - see above
        from bot.channels.dingtalk.stream import Stream  # noqa: PLC0415 - see above

        self.account = section.account
        self.can_edit = section.cards
        self.text_limit = limits.dingtalk_text_bytes
        self.together = 1 if section.cards else limits.dingtalk_users_per_call
        self._section = section
        self._real = real
        seconds = float(limits.dingtalk_timeout_seconds)
        self._per_month = limits.dingtalk_calls_per_month
        self._calls = Calls(calls, self._per_month, section.account)
        self._client = Client(section, seconds, tokens, real, self._calls)
        silence = float(limits.dingtalk_silence_seconds)
        self._stream = Stream(section, self._client, silence=silence, seconds=seconds, real=real)
        self._not_known: deque[tuple[datetime, str]] = deque(maxlen=MOST_NOT_KNOWN)

    async def send(self, external_id: str, message: Rendered, *, key: str) -> Result:
        """Send a message to a member.

        DingTalk knows no idempotency key, so `key` only names the message in the log. When a later piece of a long
        text fails, its result stands for the whole.
        """
        if self._section.cards and has_card(message):
            return self._told(key, await self._send_card(external_id, message))
        return (await self.send_together([external_id], message, key=key))[0]

    def words(self, message: Rendered) -> str:
        """Return what stands in the chat; what a number stands for is kept with each message, not here."""
        return as_text(message)

    async def send_together(self, external_ids: Sequence[str], message: Rendered, *, key: str) -> list[Result]:
        """Send the same words to several members, at most `together` of them; the results are in their order."""
        found = {user: _OUTSIDE for user in external_ids if user.startswith(OUTSIDE)}
        going = [user for user in external_ids if user not in found]
        for body in texts(message, self.text_limit):
            if going:
                found |= dict(zip(going, await self._batch(going, body), strict=True))
            going = [user for user in going if found[user].kind is ResultKind.ACCEPTED]
        return [self._told(key, found.get(user, _EMPTY)) for user in external_ids]

    async def edit(self, external_id: str, message_ref: str, message: Rendered) -> Result:  # noqa: ARG002 - a card has an id of its own
        """Change a card's text and buttons; one that cannot be changed explains itself when it is pressed."""
        body = edited(message, message_ref, self.text_limit)
        result = await self._call("PUT", CARDS, body, lambda answer: update_result(answer, message_ref))
        lasting = {ResultKind.OUR_FAULT, ResultKind.ADDRESS_WRONG, ResultKind.PERSON_GONE}
        if result.kind in lasting or result.reason == NOT_KNOWN:
            return Result(ResultKind.ACCEPTED, external_id=message_ref, reason="not_updated")
        return result

    async def acknowledge(self, press_ref: str) -> None:
        """Do nothing: a press is answered through the connection that brought it."""

    async def fetch(self, ref: str, limit: int) -> bytes | Missing:
        """Return the bytes of a picture or document that somebody sent, or why there are none."""
        body = {"downloadCode": ref, "robotCode": self._section.robot_code}
        try:
            answer = await self._client.call("POST", FILES, body)
            url = answer.values.get("downloadUrl")
            if not answer.is_ok or not isinstance(url, str):
                log.info("dingtalk.file_not_fetched", status=answer.status)
                return Missing.GONE if answer.status in {400, 404} else Missing.LATER
            data = await self._client.download(url, limit)
        except Exception as error:  # noqa: BLE001 - as in `_call_all`
            log.info("dingtalk.file_not_fetched", error=type(error).__name__)
            return Missing.LATER
        return Missing.TOO_LARGE if data is None else data or Missing.GONE

    @property
    def source(self) -> "DingTalk":
        """Return what listens."""
        return self

    async def run(self, store: Store) -> None:
        """Listen until cancelled; what comes is stored before the platform hears that it arrived."""
        await self._stream.run(Keeper(store))

    async def checkup(self, around: Around) -> Sequence[Finding]:
        """Say how the app is, for `yanxin doctor`."""
        from bot.channels.dingtalk import checkup  # noqa: PLC0415 - see above

        found = await checkup.asked(self._client, self._section, around)
        return [*found, checkup.used(await self._calls.used(), self._per_month)]

    async def close(self) -> None:
        """Call nothing more and close the connections."""
        await self._client.close()

    def troubles(self) -> dict[str, int]:
        """Return what somebody should look at, by short code."""
        since = self._real() - SHOWN_FOR
        found = dict(Counter(code for at, code in self._not_known if at > since))
        found |= {"no_token": 1} if self._client.tokens.is_missing else {}
        return found | self._calls.troubles() | self._stream.troubles()

    async def _batch(self, users: list[str], body: Body) -> list[Result]:
        """Send one text to several; where the platform refuses all for the sake of one, each goes alone."""
        whole = {"robotCode": self._section.robot_code, "userIds": users} | body
        results = await self._call_all("POST", SEND, whole, lambda answer: results_of(answer, users), len(users))
        refused = {result.kind for result in results} == {ResultKind.ADDRESS_WRONG} and len(users) > 1
        if not refused:
            return results
        return [(await self._batch([user], body))[0] for user in users]

    async def _send_card(self, user: str, message: Rendered) -> Result:
        front, text = before_card(message, self.text_limit)
        for body in front:
            result = (await self._batch([user], body))[0]
            if result.kind is not ResultKind.ACCEPTED:
                return result
        whole = card(message, text, user, self._section.robot_code, self._section.card_template)
        card_id = str(whole["outTrackId"])
        return await self._call("POST", f"{CARDS}/createAndDeliver", whole, lambda one: card_result(one, card_id))

    async def _call(self, method: str, path: str, body: Body, read: Callable[[Answer], Result]) -> Result:
        return (await self._call_all(method, path, body, lambda answer: [read(answer)], 1))[0]

    async def _call_all(
        self, method: str, path: str, body: Body, read: Callable[[Answer], list[Result]], count: int
    ) -> list[Result]:
        shown = "answer_not_understood"
        try:
            answer = await self._client.call(method, path, body)
        except Exception as error:  # noqa: BLE001 - `result_of_error` knows them; their text may hold a token
            results = [result_of_error(error)] * count
        else:
            results = read(answer)
            shown = f"answer_{answer.status}" if answer.status != 200 else shown  # noqa: PLR2004 - see `errors`
        if any(result.reason == NOT_KNOWN for result in results):
            self._not_known.append((self._real(), shown))
        return results

    def _told(self, key: str, result: Result) -> Result:
        if result.kind is not ResultKind.ACCEPTED:
            level = log.error if result.kind is ResultKind.OUR_FAULT else log.info
            level("dingtalk.send_failed", key=key, result=result.kind.value, reason=result.reason)
        return result
