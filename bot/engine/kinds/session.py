"""How the invitation to a session is understood: by number, and by words that mean one of its buttons. Pure."""

from bot.sessions.model import Rsvp

_WORDS = {
    "参加": Rsvp.YES,
    "我参加": Rsvp.YES,
    "我来": Rsvp.YES,
    "能来": Rsvp.YES,
    "会来": Rsvp.YES,
    "会参加": Rsvp.YES,
    "能参加": Rsvp.YES,
    "yes": Rsvp.YES,
    "i will come": Rsvp.YES,
    "i'll come": Rsvp.YES,
    "i'll be there": Rsvp.YES,
    "coming": Rsvp.YES,
    "来不了": Rsvp.NO,
    "不来": Rsvp.NO,
    "不参加": Rsvp.NO,
    "参加不了": Rsvp.NO,
    "不能参加": Rsvp.NO,
    "去不了": Rsvp.NO,
    "no": Rsvp.NO,
    "i can't come": Rsvp.NO,
    "i cannot come": Rsvp.NO,
    "not coming": Rsvp.NO,
    "不确定": Rsvp.MAYBE,
    "还不确定": Rsvp.MAYBE,
    "不一定": Rsvp.MAYBE,
    "maybe": Rsvp.MAYBE,
    "not sure": Rsvp.MAYBE,
    "not sure yet": Rsvp.MAYBE,
}
_NUMBERS = {"1": Rsvp.YES, "2": Rsvp.NO, "3": Rsvp.MAYBE}


def meant_by(said: str, *, is_newest: bool) -> Rsvp | None:
    """Return what a whole message (small letters, without edges) means to an invitation that waits, or None.

    `is_newest`: no younger question waits for her, so that numbers are its own.
    """
    return _WORDS.get(said) or (_NUMBERS.get(said) if is_newest else None)
