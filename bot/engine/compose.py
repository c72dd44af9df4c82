"""Renders a message of the outbox for its reader: loads what its template may say, in her language and her zone.

Delivery calls this at the first claim, inside the claim's transaction, and keeps the result; the answer page calls
`compose_reply` for what is never queued.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from bot.addresses.model import WITHOUT_BUTTONS
from bot.cases import store as cases_store
from bot.engine import checklist, flight, report_asking, second_channel
from bot.engine.branch_words import template_of
from bot.engine.cards import with_card
from bot.engine.case_news import news_of
from bot.engine.compose_facts import of_case, of_prompt, of_reader, of_student
from bot.engine.facts import facts_of_people
from bot.engine.known import Known, load_known
from bot.engine.obligation_telling import said
from bot.engine.rollcall_facts import of_question
from bot.engine.session_facts import of_invitation
from bot.obligations.parse import rules_in
from bot.outbox.model import Message, Rendered
from bot.people import store as people_store
from bot.people.model import Person
from bot.prompts import store as prompts_store
from bot.rendering.renderer import Renderer
from bot.settings import Settings


def compose(
    conn: Connection,
    message: Message,
    renderer: Renderer,
    settings: Settings,
    now: datetime | None = None,
    real: datetime | None = None,
) -> Rendered:
    """Render one message; `now` is the service's time, without it the instant for which the message was queued.

    `real` is the real time for links that it stores beside it, in the caller's transaction; without it there are none.
    LookupError when the reader, the prompt or the case is gone; Jinja's errors when the template is not right.
    """
    person = people_store.by_id(conn, message.person_id)
    if person is None:
        raise LookupError(f"there is no person {message.person_id}")
    at = now or message.next_try_at
    context = of_reader(conn, person, settings, at)
    about_id = message.about_id
    prompt_id = message.prompt_id
    if message.case_id is not None:
        case = cases_store.by_id(conn, message.case_id)
        if case is None:
            raise LookupError(f"there is no case {message.case_id}")
        context |= of_case(conn, case) | news_of(conn, case)
        about_id = about_id or case.person_id
        prompt_id = prompt_id or case.prompt_id
    context |= _prompt(conn, prompt_id, settings, at, real)
    if about_id is not None:
        context["student"] = of_student(conn, about_id, settings, at)
    context |= _spelled(message) | message.data | _owed(conn, message, settings, person)
    body = renderer.chat(template_of(message, settings), person.language, context)
    return with_card(message, body, context, renderer, settings)


def compose_all(
    conn: Connection,
    messages: Sequence[Message],
    renderer: Renderer,
    settings: Settings,
    now: datetime,
    known: Known | None = None,
    real: datetime | None = None,
) -> list[Rendered]:
    """Render many messages as `compose` does, in their order, with a handful of queries for all of them.

    What is about a case or about somebody else is rare and is composed by itself. Raises what `compose` raises.
    """
    plain = [message for message in messages if message.case_id is None and message.about_id is None]
    people = people_store.by_ids(conn, (message.person_id for message in plain))
    facts = facts_of_people(conn, people)
    known = known or load_known(conn, plain, now)
    written = []
    rollcalls: dict[str, dict[str, Any]] = {}
    for message in messages:
        person = people.get(message.person_id)
        prompt = known.prompts.get(message.prompt_id or 0)
        missing = person is None or (prompt is None and message.prompt_id is not None)
        if missing or person is None or message.case_id is not None or message.about_id is not None:
            written.append(compose(conn, message, renderer, settings, now, real))
            continue
        context = of_reader(conn, person, settings, now, facts[person.id])
        if prompt is not None:
            context |= of_prompt(prompt) | of_question(conn, prompt, rollcalls) | of_invitation(conn, prompt, now)
            context |= second_channel.said(conn, prompt, settings, real) | report_asking.said(conn, prompt, now)
            context |= checklist.said(conn, prompt) | flight.said(conn, prompt, settings, real)
        context |= _spelled(message) | message.data
        body = renderer.chat(template_of(message, settings), person.language, context)
        written.append(with_card(message, body, context, renderer, settings))
    return written


def compose_reply(
    conn: Connection,
    person: Person,
    template: str,
    data: dict[str, Any],
    prompt_id: int | None,
    *,
    renderer: Renderer,
    settings: Settings,
    now: datetime,
) -> Rendered:
    """Render a reply that is shown at once and never queued."""
    context = of_reader(conn, person, settings, now) | _prompt(conn, prompt_id, settings, now)
    return renderer.chat(template, person.language, context | data)


def _owed(conn: Connection, message: Message, settings: Settings, person: Person) -> dict[str, Any]:
    """Say what a member owes her branch, where a message is about it."""
    if "obligation" not in message.data:
        return {}
    named = {rule.key: rule for rule in rules_in(settings.branches.rules)}
    return said(conn, message, named, person.language)


def _spelled(message: Message) -> dict[str, Any]:
    """Tell templates whether they may speak of a button below: some channels spell out what buttons would do."""
    return {"spelled": message.channel in WITHOUT_BUTTONS}


def _prompt(
    conn: Connection, prompt_id: int | None, settings: Settings, at: datetime, real: datetime | None = None
) -> dict[str, Any]:
    if prompt_id is None:
        return {}
    prompt = prompts_store.by_id(conn, prompt_id)
    if prompt is None:
        raise LookupError(f"there is no prompt {prompt_id}")
    said = of_prompt(prompt) | of_question(conn, prompt) | of_invitation(conn, prompt, at)
    said |= second_channel.said(conn, prompt, settings, real) | report_asking.said(conn, prompt, at)
    return said | checklist.said(conn, prompt) | flight.said(conn, prompt, settings, real)
