"""Counts what a crash test has lost or doubled, from plain facts: what people saw and did, and what is stored.

Pure, so that a test can hand it a lost answer and see that it is found.
"""

from collections import Counter
from dataclasses import dataclass, field

from tests.crash.phones import Act, Arrival

EXPLAINED = frozenset({"answered", "withdrawn", "excused"})
"""States of a prompt that say why no question need have arrived: she was faster, or it was called off."""
OURS = frozenset({"not_asked", "unreached"})
"""Reasons of cases that tell staff of a question that did not get to her."""
ON_ITS_WAY = frozenset({"waiting", "sending"})


@dataclass(frozen=True)
class Asked:
    """A question that must have been opened, and its prompt; `prompt_id` is None when there is no such row."""

    chat_id: int
    item: str
    prompt_id: int | None
    state: str
    reachable: bool = True
    is_told: bool = False  # staff were told that we had not asked or not reached her


@dataclass(frozen=True)
class Sent:
    """A message as it is stored: its parts as they arrive on a phone, how it stands, how many tries were cut short."""

    id: int
    chat_id: int
    kind: str
    state: str
    parts: tuple[tuple[str, tuple[str, ...]], ...]
    tries: int = 1
    unknown: int = 0
    case_id: int | None = None
    is_superseded: bool = False  # a younger alarm of the same case says it


@dataclass(frozen=True)
class CaseRow:
    """A case, the phone of the student that it is about, and how many cries came when everybody had just been told."""

    id: int
    chat_id: int
    reason: str
    just_told: int = 0
    state: str = "open"


@dataclass
class Facts:
    """Everything that is known when the service has come to rest; people are named by their chats."""

    arrivals: list[Arrival] = field(default_factory=list)
    acts: list[Act] = field(default_factory=list)
    unconfirmed: set[int] = field(default_factory=set)
    asked: list[Asked] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)
    inbox: dict[int, str] = field(default_factory=dict)
    answers: Counter[tuple[int, str]] = field(default_factory=Counter)  # by chat and choice
    cases: list[CaseRow] = field(default_factory=list)
    helpers: dict[int, list[int]] = field(default_factory=dict)
    in_flight: list[int] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)  # that the service wrote to its log


@dataclass
class Tally:
    """What was counted; each list names what was lost, in words."""

    questions: int
    updates: int
    answers: int
    alarms: int
    messages: int
    in_flight: int
    doubled: int
    told: int
    dropped: int
    questions_lost: list[str]
    answers_lost: list[str]
    alarms_lost: list[str]
    other: list[str]

    def broken(self) -> list[str]:
        """Return every broken promise; an empty list when all hold."""
        found = [*self.questions_lost, *self.answers_lost, *self.alarms_lost, *self.other]
        if self.doubled > self.in_flight:
            found.append(f"{self.doubled} messages arrived twice, but only {self.in_flight} were in flight at kills")
        return found


def count(facts: Facts) -> Tally:
    """Compare what people saw and did with what is stored."""
    doubled, unexplained = _doubled(facts)
    return Tally(
        questions=sum(one.state != "scheduled" for one in facts.asked),
        updates=len(facts.acts),
        answers=sum(act.answer != "" for act in facts.acts),
        alarms=sum(act.urgent for act in facts.acts) + sum(case.reason == "missed" for case in facts.cases),
        messages=len(facts.arrivals),
        in_flight=sum(facts.in_flight),
        doubled=doubled,
        told=sum(_is_told(one, facts) and not _arrived(one, _seen(facts)) for one in facts.asked),
        dropped=sum(one.state == "unknown" for one in facts.sent),
        questions_lost=_questions_lost(facts),
        answers_lost=_updates_lost(facts) + _answers_wrong(facts),
        alarms_lost=_alarms_lost(facts),
        other=[*unexplained, *_not_arrived(facts), *_left_over(facts), *facts.errors],
    )


def _questions_lost(facts: Facts) -> list[str]:
    seen = _seen(facts)
    lost = []
    for one in facts.asked:
        if one.prompt_id is None or one.state == "scheduled":
            lost.append(f"question {one.item} to {one.chat_id} was never opened")
        elif one.reachable and not _is_told(one, facts) and one.state not in EXPLAINED and not _arrived(one, seen):
            lost.append(f"question {one.item} to {one.chat_id} is {one.state} and never arrived")
    return lost


def _is_told(one: Asked, facts: Facts) -> bool:
    """Tell whether staff were told that a question did not get to her: it was given up, and there is a case."""
    return one.is_told and any(case.chat_id == one.chat_id and case.reason in OURS for case in facts.cases)


def _seen(facts: Facts) -> set[tuple[int, str]]:
    return {(one.chat_id, data) for one in facts.arrivals for data in one.data}


def _arrived(one: Asked, seen: set[tuple[int, str]]) -> bool:
    return (one.chat_id, f"answer:{one.prompt_id}:fine") in seen


def _updates_lost(facts: Facts) -> list[str]:
    lost = [f"update {update_id} was never fetched" for update_id in sorted(facts.unconfirmed)]
    for act in facts.acts:
        state = facts.inbox.get(act.update_id, "missing")
        if state != "done" and act.update_id not in facts.unconfirmed:
            lost.append(f"update {act.update_id} of {act.chat_id} was confirmed and is {state} in the inbox")
    return lost


def _answers_wrong(facts: Facts) -> list[str]:
    given = Counter((act.chat_id, act.answer) for act in facts.acts if act.answer)
    return [
        f"{one[0]} answered {one[1]} {given[one]} times, of which {facts.answers[one]} are stored"
        for one in sorted({*given, *facts.answers})
        if given[one] != facts.answers[one]
    ]


def _alarms_lost(facts: Facts) -> list[str]:
    rings = Counter((one.chat_id, data) for one in facts.arrivals for data in one.data if data.startswith("case:"))
    said_later = Counter((one.chat_id, one.case_id) for one in facts.sent if one.is_superseded)
    cries = Counter(act.chat_id for act in facts.acts if act.urgent)
    lost = []
    for chat_id, times in sorted(cries.items()):
        mine = [case for case in facts.cases if case.chat_id == chat_id and case.reason == "urgent"]
        cases = [case.id for case in mine]
        must_ring = times - sum(case.just_told for case in mine)
        if not cases:
            lost.append(f"{chat_id} cried for help and there is no case")
        for helper in facts.helpers[chat_id] if cases else []:
            heard = sum(rings[helper, f"case:{case_id}:ack"] for case_id in cases)
            covered = sum(said_later[helper, case_id] for case_id in cases)
            if heard == 0 or heard + covered < must_ring:
                lost.append(f"{chat_id} cried {times} times for help, helper {helper} heard {heard}")
    opened = {(case.chat_id, case.reason) for case in facts.cases}
    lost += [
        f"{one.chat_id} did not answer {one.item} and there is no case"
        for one in facts.asked
        if one.state == "missed" and (one.chat_id, "missed") not in opened
    ]
    told_of = {one.case_id for one in facts.sent if one.kind == "alarm"}
    lost += [
        f"nobody was ever told of case {case.id} of {case.chat_id} ({case.reason})"
        for case in facts.cases
        if case.state == "open" and case.id not in told_of
    ]
    lost += [
        f"alarm {one.id} to {one.chat_id} is {one.state}"
        for one in facts.sent
        if one.kind == "alarm" and one.state not in {"accepted", "withdrawn"}
    ]
    return lost


def _doubled(facts: Facts) -> tuple[int, list[str]]:
    """Count copies: what arrived more often than there are messages that say it; and those that nothing explains."""
    arrived = Counter((one.chat_id, one.text, one.data) for one in facts.arrivals)
    tried: Counter[tuple[int, str, tuple[str, ...]]] = Counter()
    unknown: Counter[tuple[int, str, tuple[str, ...]]] = Counter()
    for one in facts.sent:
        for text, data in one.parts:
            tried[one.chat_id, text, data] += one.tries > 0
            unknown[one.chat_id, text, data] += one.unknown
    copies = {key: times - tried[key] for key, times in arrived.items() if times > tried[key]}
    wrong = [
        f"{key[0]} got a message {arrived[key]} times, {tried[key]} were meant and {unknown[key]} tries cut short"
        for key, more in copies.items()
        if more > unknown[key]
    ]
    return sum(copies.values()), wrong


def _not_arrived(facts: Facts) -> list[str]:
    arrived = Counter((one.chat_id, one.text, one.data) for one in facts.arrivals)
    meant = Counter((one.chat_id, *part) for one in facts.sent if one.state == "accepted" for part in one.parts)
    return [
        f"{key[0]} got a message {arrived[key]} times that counts as accepted {times} times"
        for key, times in meant.items()
        if arrived[key] < times
    ]


def _left_over(facts: Facts) -> list[str]:
    return [f"message {one.id} ({one.kind}) is still {one.state}" for one in facts.sent if one.state in ON_ITS_WAY]
