"""A member of staff confirms a test alarm, or asks for one, by a button in the chat."""

from bot.duty import store as duty_store
from bot.duty.store import BY_CHAT
from bot.engine.alarm_tests import confirm, is_over, start_test
from bot.engine.duty_rotas import is_present
from handlers.context import Chat

LONGEST_NUMBER = 15
"""Digits of a number that a database still takes."""


def pressed(chat: Chat, value: str) -> bool:
    """Do what the button says; False when it means nothing, or is somebody else's."""
    if not is_present(chat.person):
        return False
    if value == "new":
        start_test(chat.conn, chat.person, chat.person.id, chat.now)
        return True
    is_number = value.isascii() and value.isdecimal() and len(value) <= LONGEST_NUMBER
    test = duty_store.find_test(chat.conn, int(value)) if is_number else None
    if test is None or test.person_id != chat.person.id:
        return False
    if is_over(test, chat.now):
        chat.say("alarm/too_old")
    else:
        confirm(chat.conn, test, BY_CHAT, chat.now)
        chat.say("alarm/confirmed")
    return True
