"""What every page needs: services, database, the reader's language, and how a template becomes a response.

`handlers.web.asgi` makes one `Site`; each file of pages builds its routes from it.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from prometheus_client import REGISTRY, CollectorRegistry
from starlette.requests import Request
from starlette.responses import HTMLResponse

from bot.rendering.renderer import LANGUAGES
from bot.reports.model import Form, Report
from bot.storage.database import Database
from bot.storage.vault import Vault, vault_in
from handlers.services import Services

LANGUAGE_COOKIE = "yanxin_language"


async def deliver_nothing() -> None:
    """Send nothing: what a site without senders does."""


def wake_nobody() -> None:
    """Wake nothing: what a site without loops does."""


def no_troubles() -> dict[str, dict[str, int]]:
    """Return nothing: what a site without channels hears of them."""
    return {}


async def all_is_well() -> list[str]:
    """Return no problem."""
    return []


@dataclass(frozen=True)
class Site:
    """`settle` sends what lies ready for the web channel and returns when it lies there; `nudge` wakes everything else
    that has work after a page changed something; `problems` says what keeps the service from being ready.
    """

    services: Services
    database: Database
    version: str
    settle: Callable[[], Awaitable[None]] = deliver_nothing
    nudge: Callable[[], None] = wake_nobody
    problems: Callable[[], Awaitable[list[str]]] = all_is_well
    troubles: Callable[[], Mapping[str, Mapping[str, int]]] = no_troubles
    """What the channels say of themselves, by channel and short code, as `/metrics` shows it."""
    registry: CollectorRegistry = REGISTRY
    """The numbers that `/metrics` shows."""
    assets: str = ""
    """A mark of what the static files hold, so that browsers fetch them again when they change."""

    @property
    def now(self) -> datetime:
        """Return the service's time."""
        return self.services.clock.now()

    @property
    def real(self) -> datetime:
        """Return the real time, which links and sessions use."""
        return self.services.clock.real()

    @property
    def vault(self) -> Vault:
        """Return where files lie that are no branch's: photos and documents of reports about stays, voice notes."""
        return vault_in(self.services.settings.reports.folder, self.database.keyring)

    @property
    def branch_vault(self) -> Vault:
        """Return where files of branch matters lie."""
        return vault_in(self.services.settings.reports.folder, self.database.keyring, branch=True)

    def vault_of(self, report: Report) -> Vault:
        """Return where photos and documents of a report lie."""
        return self.branch_vault if report.form is Form.STUDY else self.vault

    @property
    def is_https(self) -> bool:
        """Tell whether people reach the service by https; cookies are Secure then."""
        return self.services.settings.service.url.startswith("https://")

    def language(self, request: Request, own: str | None = None) -> str:
        """Return the language of a page: what she chose here, her own, what her browser says, the service's."""
        chosen = request.cookies.get(LANGUAGE_COOKIE)
        if chosen in LANGUAGES:
            return chosen
        if own in LANGUAGES:
            return own
        return _accepted(request.headers.get("accept-language", "")) or self.services.settings.service.language

    def page(
        self,
        request: Request,
        template: str,
        *,
        status: int = 200,
        own: str | None = None,
        headers: dict[str, str] | None = None,
        **context: Any,
    ) -> HTMLResponse:
        """Render a page for a reader whose own language is `own`."""
        language = self.language(request, own)
        path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        html = self.services.renderer.page(
            template,
            language,
            {"assets": self.assets, "path": path, "reader": None, "csrf": "", "now": self.now} | context,
        )
        return HTMLResponse(html, status_code=status, headers=headers)


def _accepted(header: str) -> str | None:
    """Return the first language of an Accept-Language header that we speak."""
    for part in header.split(","):
        name = part.partition(";")[0].strip().lower().partition("-")[0]
        if name in LANGUAGES:
            return name
    return None
