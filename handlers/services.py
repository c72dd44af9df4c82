"""What handlers need besides a connection: made once by the wiring, shared by every message and page."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.clock import Clock
from bot.inbox.model import Incoming
from bot.opportunities import preparing
from bot.opportunities.preparing import Preparation
from bot.outbox.model import Rendered
from bot.places.zone_finder import ZoneFinder
from bot.programmes.versions import Programmes
from bot.rendering.renderer import Renderer
from bot.reports.forms import OtherForm
from bot.reports.model import Form, Report
from bot.reports.sections import Sections, shipped, shipped_study
from bot.settings import Settings


@dataclass(frozen=True)
class StrangerReply:
    """An answer to somebody whom we do not know, so that no outbox row can carry it: sent once, by whoever wires."""

    channel: str
    account: str
    external_id: str
    rendered: Rendered
    key: str


def _drop(_reply: StrangerReply) -> None:
    """Send nothing: what a process without channels does."""


@dataclass(frozen=True)
class Services:
    """`understand` turns a channel's raw update into our own words; `answer_stranger` must return at once."""

    settings: Settings
    clock: Clock
    programmes: Programmes
    renderer: Renderer
    zone_finder: ZoneFinder
    understand: Mapping[str, Callable[[dict[str, Any]], Incoming]]
    answer_stranger: Callable[[StrangerReply], None] = _drop
    forms: tuple[OtherForm, ...] = ()
    """What else it is handed in as."""
    sections: Sections = field(default_factory=shipped)
    """What a report consists of."""
    study: Sections = field(default_factory=shipped_study)
    """What a study report consists of."""

    preparations: tuple[Preparation, ...] = field(default_factory=preparing.shipped)
    """What is prepared before the last day of an opportunity."""

    def sections_of(self, report: Report) -> Sections:
        """Return what a report of this form consists of."""
        return self.study if report.form is Form.STUDY else self.sections
