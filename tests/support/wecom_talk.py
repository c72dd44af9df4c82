"""A school whose people write on WeCom: what a branch is about does not travel through Telegram."""

from bot.inbox.model import Incoming
from bot.outbox.model import Rendered
from bot.places.zone_finder import ZoneFinder
from bot.rendering.renderer import Renderer
from bot.storage.database import Database
from tests.support.talk import Talk


class WeComTalk(Talk):
    """Understands WeCom's messages as it does Telegram's."""

    def __init__(self, database: Database, renderer: Renderer, zone_finder: ZoneFinder) -> None:
        super().__init__(database, renderer, zone_finder)
        self.works.add("wecom")
        self.services.understand["wecom"] = self.services.understand["telegram"]  # type: ignore[index]

    def hears(self, sender: str, incoming: Incoming, channel: str = "wecom") -> list[Rendered]:
        return super().hears(sender, incoming, channel)
