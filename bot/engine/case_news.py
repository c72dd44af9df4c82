"""What has become known of a case since it opened, for whoever is told of it: the words of friends who were asked."""

from typing import Any

from sqlalchemy import Connection

from bot.cases import events
from bot.cases.model import Case, Reason
from bot.engine.step_people import began_in_drill
from bot.people import store as people_store
from bot.prompts.notes import last_at


def news_of(conn: Connection, case: Case) -> dict[str, Any]:
    """Return what templates may say of it.

    `buddies_said`: name and last word of each friend (nothing of a hard week, of which no friend knows);
    `false_alarm_at`: when she said that her call for help was one; `in_drill`: it is an answer to a drill;
    `has_written`: she has written words that whoever takes it can read.
    """
    said = {} if case.reason is Reason.HARD else events.last_words(conn, case.id, "buddy")
    names = people_store.by_ids(conn, said)
    friends = [{"name": names[one].name, "word": word} for one, word in said.items() if one in names]
    return {
        "buddies_said": friends,
        "false_alarm_at": case.slowed_at,
        "in_drill": began_in_drill(case),
        "has_written": case.reason is Reason.URGENT and last_at(conn, case.id) is not None,
    }
