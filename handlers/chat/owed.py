"""A member asks what is due to her branch, and says that something is done; a neutral line stands for it elsewhere."""

from bot.branches.model import BranchPlace
from bot.engine.obligation_deeds import finish, take_back
from bot.engine.obligation_telling import shown
from bot.obligations import store
from bot.obligations.model import How, Kind, Obligation, Stage
from bot.obligations.parse import rules_in
from bot.views.mine import branches_in
from handlers.context import Chat
from handlers.links_made import mine_link

MOST = 2**63
_LONGEST = 20


def asked(chat: Chat, _rest: str = "") -> None:
    """List what is due, with its days; say so when there is nothing."""
    rules = {rule.key: rule for rule in rules_in(chat.services.settings.branches.rules)}
    mine = store.open_of(chat.conn, chat.person.id) if chat.is_student else []
    inside = branches_in(chat.conn, chat.person.id) if chat.is_student else []
    language = chat.person.language
    chat.say(
        "branch/owed",
        due_list=[shown(one, rules, language) for one in mine],
        is_member=bool(inside),
        at_home=any(one.place is BranchPlace.HOME for one in inside),
        url=mine_link(chat.conn, chat.services.settings, chat.person.id, chat.real_now),
    )


def pressed(chat: Chat, value: str) -> bool:
    """Do what a button below something that is due says; False when it means nothing."""
    if value == "list":
        asked(chat)
        return True
    number, _, deed = value.partition(":")
    if not (number.isascii() and number.isdecimal() and len(number) < _LONGEST and int(number) < MOST):
        return False
    one = store.by_id(chat.conn, int(number), locked=True)
    if one is None or one.person_id != chat.person.id or deed not in {"done", "undo"}:
        return False
    if deed == "done":
        _done(chat, one)
    elif take_back(chat.conn, one, chat.now):
        asked(chat)
    else:
        chat.say("branch/over")
    return True


def _done(chat: Chat, one: Obligation) -> None:
    if one.kind is Kind.REPORT:
        asked(chat)  # a report is done by handing it in
    elif one.stage is Stage.OPEN and finish(chat.conn, one, How.HERSELF, chat.person.id, chat.now):
        rules = {rule.key: rule for rule in rules_in(chat.services.settings.branches.rules)}
        chat.say("branch/done", **shown(one, rules, chat.person.language))
    else:
        chat.say("branch/over")
