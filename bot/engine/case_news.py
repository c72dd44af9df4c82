"""What has become known of a case since it opened, for whoever is told of it: the words of friends who were asked."""

from typing import Any

from sqlalchemy import Connection

from bot.cases import events
from bot.cases.model import Case, Reason
from bot.people import store as people_store


def news_of(conn: Connection, case: Case) -> dict[str, Any]:
    """Return `buddies_said`: name and last word of each friend (nothing of a hard week, of which no friend knows), and
    `false_alarm_at`: when she said that her call for help was one.
    """
    said = {} if case.reason is Reason.HARD else events.last_words(conn, case.id, "buddy")
    names = people_store.by_ids(conn, said)
    friends = [{"name": names[one].name, "word": word} for one, word in said.items() if one in names]
    return {"buddies_said": friends, "false_alarm_at": case.slowed_at}
