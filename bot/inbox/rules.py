"""What can be told of a message that came in without knowing who sent it: whether it is a cry for help, which lets it
overtake and which the chat handlers ask again, and what of it says where somebody is. Pure.
"""

import re
from enum import StrEnum
from typing import Any


class Cry(StrEnum):
    """How urgent a text is."""

    SOS = "sos"  # an SOS at once, in any state of any dialogue
    ASK = "ask"  # numbers at once and the question whether it is an SOS


_SOS_WHOLE = frozenset({"sos", "/sos", "救命"})
_ASK_WHOLE = frozenset({"help", "求助", "urgent", "紧急"})
# Words inside a longer text. Wide on purpose: a needless question costs little, a cry not heard costs all.
_ASK_WORDS = re.compile(
    r"救命|救我|求救|求助|报警|抢劫|被抢|跟踪我|有人跟踪|绑架|强奸|性侵|枪击|被打|自杀|轻生|不想活|想死|活不下去|"
    r"车祸|被困|失火|着火|地震了|紧急情况|出事了|"
    r"\b(?:sos|emergency|help me|please help|suicid\w*|kill myself|want to die|robbed|kidnap\w*|raped?|"
    r"assault\w*|being followed|following me|stalk\w*|shooting|stabbed|car accident|call the police)\b",
    re.IGNORECASE,
)
_EDGES = " \t\r\n.,!?~…。，！？、"


def cry_in(text: str) -> Cry | None:
    """Return how urgent a text is, or None; `/help` is the manual and no cry."""
    whole = text.strip().strip(_EDGES).casefold()
    if whole in _SOS_WHOLE:
        return Cry.SOS
    if whole in _ASK_WHOLE or (not whole.startswith("/help") and _ASK_WORDS.search(text)):
        return Cry.ASK
    return None


_PLACES = frozenset({"latitude", "longitude", "location", "venue"})
_PLACES_OF_WECHAT = frozenset(
    {"Latitude", "Longitude", "Precision", "Location_X", "Location_Y", "Label", "Poiname", "SendLocationInfo"}
)


def without_position(raw: Any) -> Any:
    """Return a platform's JSON in which nothing says any more where she was; that she sent a position still shows."""
    if isinstance(raw, dict):
        return {
            name: None if name in _PLACES | _PLACES_OF_WECHAT else without_position(value)
            for name, value in raw.items()
        }
    return [without_position(value) for value in raw] if isinstance(raw, list) else raw
