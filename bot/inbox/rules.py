"""What can be told of a message that came in without knowing who sent it: whether it is a cry for help, which lets it
overtake and which the chat handlers ask again, and what of it says where somebody is. Pure.
"""

import re
import unicodedata
from enum import StrEnum
from typing import Any


class Cry(StrEnum):
    """How urgent a text is."""

    SOS = "sos"  # an SOS at once, in any state of any dialogue
    ASK = "ask"  # numbers at once and the question whether it is an SOS


_SOS_WHOLE = re.compile(r"(?:sos|救命)+")  # however often it is repeated
_ASK_WHOLE = frozenset({"help", "求助", "urgent", "紧急"})
_REHEARSAL = frozenset({"求助演练", "求助只是演练", "sos演练", "sosonlyarehearsal", "sosrehearsal"})
"""Whole messages that name a step of the list before departure; nobody is woken by them."""
# Words inside a longer text. Wide on purpose: a needless question costs little, a cry not heard costs all.
_ASK_WORDS = re.compile(
    r"救命|救我|求救|求助|报警|報警|抢劫|搶劫|被抢|被搶|跟踪我|跟蹤我|有人跟踪|被跟踪|绑架|綁架|强奸|強姦|性侵|枪击|中枪|被打|"
    r"杀我|要杀|持刀|砍人|被捅|威胁我|自杀|自殺|轻生|自残|割腕|跳楼|结束生命|不想活|想死|活不下去|"
    r"车祸|被困|失火|着火|爆炸|溺水|晕倒|昏迷|大出血|地震了|紧急情况|出事了|需要帮助|"
    r"(?<![a-z])(?:sos|emergency|help me|please help|need help|send help|suicid\w*|kill(?:ing)? m(?:e|yself)|"
    r"end my life|want to die|hurt myself|overdose\w*|robbed|kidnap\w*|raped?|assault\w*|attacked|attacking me|"
    r"threaten\w*|in danger|has a (?:gun|knife)|being followed|following me|stalk\w*|shooting|stabbed|explosion|"
    r"trapped|unconscious|car accident|call the police)(?![a-z])",
    re.IGNORECASE,
)
_WORDS = re.compile(r"[^\W_]+")
_MANUAL = re.compile(r"/help(?:@\w*)?")


def cry_in(text: str) -> Cry | None:
    """Return how urgent a text is, or None; `/help` is the manual and no cry."""
    plain = unicodedata.normalize("NFKC", text).strip().casefold().replace("🆘", " sos ")
    if _MANUAL.fullmatch(plain):
        return None
    whole = "".join(_WORDS.findall(plain))  # whatever marks stand around or inside it
    if _SOS_WHOLE.fullmatch(whole):
        return Cry.SOS
    if whole in _REHEARSAL:
        return None
    return Cry.ASK if whole in _ASK_WHOLE or _ASK_WORDS.search(plain) else None


_PLACES = frozenset(
    {"latitude", "longitude", "location", "venue"}
    | {"Latitude", "Longitude", "Precision", "Location_X", "Location_Y", "Label", "Poiname", "SendLocationInfo"}
)


def without_position(raw: Any) -> Any:
    """Return a platform's JSON in which nothing says any more where she was; that she sent a position still shows."""
    if isinstance(raw, dict):
        return {name: None if name in _PLACES else without_position(value) for name, value in raw.items()}
    return [without_position(value) for value in raw] if isinstance(raw, list) else raw
