"""How the question of a roll-call is understood: by number, and by words that mean one of its buttons. Pure."""

from bot.rollcalls.model import Word

_OWN = {
    "安全": Word.SAFE,
    "我安全": Word.SAFE,
    "我很安全": Word.SAFE,
    "平安": Word.SAFE,
    "safe": Word.SAFE,
    "i am safe": Word.SAFE,
    "i'm safe": Word.SAFE,
    "需要帮助": Word.HELP,
    "我需要帮助": Word.HELP,
    "需要帮忙": Word.HELP,
    "need help": Word.HELP,
    "i need help": Word.HELP,
    "不在": Word.ELSEWHERE,
    "不在当地": Word.ELSEWHERE,
    "我不在当地": Word.ELSEWHERE,
    "我不在那里": Word.ELSEWHERE,
    "不在那里": Word.ELSEWHERE,
    "not there": Word.ELSEWHERE,
    "i am not there": Word.ELSEWHERE,
    "i'm not there": Word.ELSEWHERE,
    "not in the area": Word.ELSEWHERE,
}
_WHEN_ASKED = {
    "没事": Word.SAFE,
    "我没事": Word.SAFE,
    "我很好": Word.SAFE,
    "还好": Word.SAFE,
    "好": Word.SAFE,
    "fine": Word.SAFE,
    "i am fine": Word.SAFE,
    "i'm fine": Word.SAFE,
    "ok": Word.SAFE,
    "okay": Word.SAFE,
}
_NUMBERS = {"1": Word.SAFE, "2": Word.HELP, "3": Word.ELSEWHERE}


def meant_by(said: str, *, waits: bool, is_newest: bool) -> Word | None:
    """Return what a whole message (small letters, without edges) means to an open roll-call, or None.

    `waits`: she has not answered it yet; `is_newest`: no younger question waits for her, so that numbers are its own.
    """
    return _OWN.get(said) or (_WHEN_ASKED.get(said) if waits else None) or (_NUMBERS.get(said) if is_newest else None)
