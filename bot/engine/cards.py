"""The card of numbers goes with a message as a picture, where the channel shows pictures: its words, not its bytes.

`bot.engine.compose` asks for it when it writes a message; the picture itself is drawn when it is sent.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.engine.compose_facts import of_emergency
from bot.outbox.model import Message, Rendered
from bot.rendering.renderer import Renderer
from bot.settings import Settings

CARD = "flight/card"
PICTURED = frozenset({"landing/question", "flight/kept"})
"""Templates of messages to a student with which her card goes; whoever is asked again has it already."""


def with_card(
    message: Message, body: Rendered, context: Mapping[str, Any], renderer: Renderer, settings: Settings
) -> Rendered:
    """Return a message with the words of the card of `context["card"]` (city, country), where one goes with it."""
    place = context.get("card")
    if message.template not in PICTURED or not isinstance(place, dict):
        return body
    numbers = of_emergency(place["country"], body.language, settings)
    there = {"to_city": place["city"], "to_country": place["country"]}
    return replace(body, picture=renderer.chat(CARD, body.language, numbers | there).text)
