"""Somebody asks for a link: to sign in, to invite, or to answer. Called by the commands and by the demo."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from bot.addresses.model import MAIL, PULL_ONLY
from bot.channels.known import KNOWN
from bot.engine.invitations import INVITED_FOR as INVITED_FOR  # noqa: PLC0414 - commands take it from here
from bot.engine.invitations import enrolment, to_chat
from bot.errors import YanxinError
from bot.links import store as links
from bot.links.model import LinkPurpose
from bot.people.model import STAFF_ROLES, Person
from bot.people.store import by_number
from bot.prompts.model import FAILED, RUNNING, Prompt, State
from bot.prompts.store import open_of
from bot.settings import Settings

LOGIN_FOR = timedelta(minutes=15)
ANSWER_FOR = timedelta(days=14)
RECEIPT_FOR = timedelta(hours=24)
REPORT_FOR = timedelta(days=30)
PLAN_FOR = timedelta(days=30)
_UNANSWERED = FAILED | {State.ALIVE}


@dataclass(frozen=True)
class Invitation:
    """One link for one person on one channel. In WeChat it is a code to scan that WeChat makes of the `token`."""

    number: str
    channel: str
    url: str
    token: str = ""


def login_link(conn: Connection, settings: Settings, number: str, real_now: datetime) -> str:
    """Return a link that signs a member of staff in, once, within 15 minutes; YanxinError for everybody else."""
    person = _present(conn, number)
    if not person.has_role(*STAFF_ROLES) or person.left_at is not None:
        raise YanxinError(f"{number} is no member of staff; the console is for staff only")
    token = links.make(conn, LinkPurpose.LOGIN, person.id, real_now=real_now, expires_at=real_now + LOGIN_FOR)
    return f"{settings.service.url}/console/login/{token}"


def invite_links(conn: Connection, settings: Settings, numbers: Sequence[str], real_now: datetime) -> list[Invitation]:
    """Return an invitation per person and enabled channel; YanxinError names every unknown number, nothing is made."""
    found = {number: by_number(conn, number) for number in numbers}
    unknown = [number for number, person in found.items() if person is None or person.absent_at is not None]
    if unknown:
        raise YanxinError("\n".join(f"{number}: nobody on the roster has this number" for number in unknown))
    if not settings.channels.live - {MAIL}:
        raise YanxinError("no channel is enabled; switch one on under [channels] in the settings")
    made = []
    for number, person in found.items():
        if person is None:
            continue
        made += [Invitation(number, *one) for one in _invite(conn, settings, person, real_now)]
    return made


def answer_link(conn: Connection, settings: Settings, number: str, now: datetime, real_now: datetime) -> str:
    """Return the answer page of somebody's oldest open question; YanxinError when nothing is open."""
    person = _present(conn, number)
    prompt = oldest_open(conn, person.id, now)
    if prompt is None:
        raise YanxinError(f"nothing is open for {number} to answer")
    token = links.make(
        conn,
        LinkPurpose.ANSWER,
        person.id,
        real_now=real_now,
        expires_at=real_now + ANSWER_FOR,
        channel="web",
        prompt_id=prompt.id,
    )
    return f"{settings.service.url}/a/{token}"


def receipt_link(conn: Connection, settings: Settings, person_id: int, real_now: datetime) -> str:
    """Return a link for a student herself to the page that says who was told what about her; good for a day."""
    expires_at = real_now + RECEIPT_FOR
    token = links.make(conn, LinkPurpose.RECEIPT, person_id, real_now=real_now, expires_at=expires_at, channel="web")
    return f"{settings.service.url}/told/{token}"


def calendar_link(conn: Connection, settings: Settings, person_id: int, real_now: datetime) -> str:
    """Return a feed for somebody's calendar program; it works until she takes her feeds back."""
    token = links.make(conn, LinkPurpose.CALENDAR, person_id, real_now=real_now, expires_at=None)
    return f"{settings.service.url}/calendar/{token}.ics"


def calendar_link_of(conn: Connection, settings: Settings, number: str, real_now: datetime) -> str:
    """Return such a feed by number; YanxinError when there is nobody who could have one."""
    person = _present(conn, number)
    if person.left_at is not None:
        raise YanxinError(f"{number} has left the service; there is nothing to put into a calendar")
    return calendar_link(conn, settings, person.id, real_now)


def calendar_page_link(conn: Connection, settings: Settings, person_id: int, real_now: datetime) -> str:
    """Return a link for somebody herself to the page of her calendar links; good for a day."""
    expires_at = real_now + RECEIPT_FOR
    token = links.make(conn, LinkPurpose.CALENDAR_PAGE, person_id, real_now=real_now, expires_at=expires_at)
    return f"{settings.service.url}/calendar/{token}"


def meeting_file_link(
    conn: Connection, settings: Settings, prompt: Prompt, channel: str, now: datetime, real_now: datetime
) -> str:
    """Return a link to the file that puts one session into a calendar; good until the session is over."""
    left = (prompt.closes_at or now) - now
    token = links.make(
        conn,
        LinkPurpose.ANSWER,
        prompt.person_id,
        real_now=real_now,
        expires_at=real_now + max(ANSWER_FOR, left),
        channel=channel,
        prompt_id=prompt.id,
    )
    return f"{settings.service.url}/a/{token}/meeting.ics"


def round_page_link(
    conn: Connection, settings: Settings, prompt: Prompt, channel: str, now: datetime, real_now: datetime
) -> str:
    """Return a link for a member herself to the page on which she can speak in a round; good until that is over."""
    file = meeting_file_link(conn, settings, prompt, channel, now, real_now)
    return file.removesuffix("/meeting.ics")


def report_link(conn: Connection, settings: Settings, person_id: int, real_now: datetime) -> str:
    """Return a link for a student herself to the page on which she writes her report; good for thirty days."""
    expires_at = real_now + REPORT_FOR
    token = links.make(conn, LinkPurpose.REPORT, person_id, real_now=real_now, expires_at=expires_at, channel="web")
    return f"{settings.service.url}/report/{token}"


def plan_link(conn: Connection, settings: Settings, person_id: int, real_now: datetime) -> str:
    """Return a link for a student to the page on which others tell of their stays; good for thirty days."""
    token = links.make(conn, LinkPurpose.PLAN, person_id, real_now=real_now, expires_at=real_now + PLAN_FOR)
    return f"{settings.service.url}/plan/{token}"


def mine_link(conn: Connection, settings: Settings, person_id: int, real_now: datetime) -> str:
    """Return a link for a member to her own page: what is due, and what her branch shares; good for thirty days."""
    expires_at = real_now + REPORT_FOR
    token = links.make(conn, LinkPurpose.MINE, person_id, real_now=real_now, expires_at=expires_at, channel="web")
    return f"{settings.service.url}/mine/{token}"


def todo_link(conn: Connection, settings: Settings, person_id: int, real_now: datetime) -> str:
    """Return a link for a student herself to the page of her list; good for thirty days."""
    expires_at = real_now + REPORT_FOR
    token = links.make(conn, LinkPurpose.OWN_LIST, person_id, real_now=real_now, expires_at=expires_at, channel="web")
    return f"{settings.service.url}/todo/{token}"


def oldest_open(conn: Connection, person_id: int, now: datetime) -> Prompt | None:
    """Return what has waited longest for an answer: what is running first, then what was given up but can be said."""
    answerable = open_of(conn, person_id, now)
    running = [prompt for prompt in answerable if prompt.state in RUNNING]
    given_up = [prompt for prompt in answerable if prompt.state in _UNANSWERED]
    return next(iter(running + given_up), None)


def _invite(conn: Connection, settings: Settings, person: Person, real_now: datetime) -> list[tuple[str, str, str]]:
    """Return channel, address and token of each invitation; a code has a token, a link an address."""
    made = []
    for name, about in KNOWN.items():
        if not about.is_on(settings):
            continue
        if name in PULL_ONLY:
            made.append((name, _to_page(conn, settings, person.id, real_now), ""))
        elif about.link is not None:
            made.append((name, to_chat(conn, settings, person.id, name, real_now), ""))
        elif about.is_coded:
            made.append((name, "", enrolment(conn, person.id, name, real_now)))
    return made


def _to_page(conn: Connection, settings: Settings, person_id: int, real_now: datetime) -> str:
    expires_at = real_now + INVITED_FOR
    token = links.make(conn, LinkPurpose.CHAT, person_id, real_now=real_now, expires_at=expires_at, channel="web")
    return f"{settings.service.url}/chat/{token}"


def _present(conn: Connection, number: str) -> Person:
    person = by_number(conn, number)
    if person is None or person.absent_at is not None:
        raise YanxinError(f"{number}: nobody on the roster has this number")
    return person
