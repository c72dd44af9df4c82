"""The settings: one TOML file, read once into typed objects; the only reader of files named there and of the
environment.

Every mistake is reported at once, with where it is, what is wrong and how to mend it. An unknown key is a mistake.
"""

import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator

from bot import settings_channels, settings_records
from bot.errors import Mistake, SettingsError
from bot.settings_branches import BranchesSection
from bot.settings_channels import Channels
from bot.settings_digest import DigestSection
from bot.settings_limits import Limits as Limits  # noqa: PLC0414 - others take it from here
from bot.settings_opportunities import OpportunitiesSection
from bot.settings_records import RecordsSection
from bot.settings_reports import ReportsSection
from bot.settings_words import words_for

Text = Annotated[str, Field(strict=True)]
Positive = Annotated[int, Field(strict=True, gt=0)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Service(_Section):
    """Where the service listens and what it is called from outside."""

    bind: Text = "127.0.0.1"
    port: Annotated[int, Field(strict=True, ge=1, le=65535)] = 8080
    base_url: Annotated[str, Field(pattern=r"^(https?://[^\s/]+.*[^/])?$")] = ""
    language: Literal["zh", "en"] = "zh"
    heartbeat_url: Annotated[str, Field(pattern=r"^(https?://\S+)?$")] = ""

    @property
    def url(self) -> str:
        """Return the address of the service as people reach it, without a slash at its end."""
        return self.base_url or f"http://{self.bind}:{self.port}"


class DatabaseSection(_Section):
    """Which database."""

    url: Text = "sqlite:///var/yanxin.db"


class Security(_Section):
    """Where the keys are."""

    key_file: Text = "var/keys.txt"


class ProgrammeSection(_Section):
    """Which programme seeds an empty database; empty: the one that is shipped."""

    file: Text = ""


class Retention(_Section):
    """How long things are kept."""

    positions_hours: Positive = 72
    messages_days: Positive = 180
    raw_updates_days: Positive = 30
    cases_days: Positive = 365
    sessions_days: Positive = 1095
    reports_days: Positive = 1825


_Page = Annotated[str, Field(strict=True, max_length=500, pattern=r"^https?://\S+$")]


class Contacts(_Section):
    """What the school gives students to call; shown as it stands, never invented."""

    support: Text = ""
    duty_phone: Text = ""
    embassy: Text = ""
    insurer: Text = ""
    registration: dict[Annotated[str, Field(pattern=r"^([A-Z]{2}|else)$")], _Page] = {}


class DutySection(_Section):
    """Who is on duty: rotas as tables (`bot.duty.parse` reads them) or a file of them, and what wakes whom.

    `alarm_urls` by staff number are secrets: anybody who has one can ring that person's phone.
    """

    file: Text = ""
    rota: tuple[dict[str, Any], ...] = ()
    alarm_urls: dict[str, tuple[SecretStr, ...]] = {}
    alarm_urls_file: Text = ""


class PoliciesSection(BaseModel):
    """Who is told about a case, and when: a table for each reason (`bot.policies.parse` reads them), or a file."""

    model_config = ConfigDict(extra="allow", frozen=True)

    file: Text = ""

    @property
    def reasons(self) -> dict[str, Any]:
        """Return the tables as the file has them, by reason."""
        return dict(self.model_extra or {})


class Settings(_Section):
    """All settings of one service."""

    service: Service = Service()
    database: DatabaseSection = DatabaseSection()
    security: Security = Security()
    programme: ProgrammeSection = ProgrammeSection()
    channels: Channels = Channels()
    limits: Limits = Limits()
    retention: Retention = Retention()
    records: RecordsSection = RecordsSection()
    contacts: Contacts = Contacts()
    duty: DutySection = DutySection()
    digest: DigestSection = DigestSection()
    policies: PoliciesSection = PoliciesSection()
    reports: ReportsSection = ReportsSection()
    branches: BranchesSection = BranchesSection()
    opportunities: OpportunitiesSection = OpportunitiesSection()

    @model_validator(mode="before")
    @classmethod
    def _read_secret_files(cls, values: Any) -> Any:
        channels = values.get("channels") if isinstance(values, dict) else None
        settings_channels.read_secrets(channels)
        duty = values.get("duty") if isinstance(values, dict) else None
        if isinstance(duty, dict) and isinstance(duty.get("alarm_urls", {}), dict):
            more = _urls_in(duty.get("alarm_urls_file"))
            if isinstance(more, dict):
                duty["alarm_urls"] = more | duty.get("alarm_urls", {})
        return values

    def with_port(self, port: int) -> "Settings":
        """Return the same settings on another port."""
        return self.model_copy(update={"service": self.service.model_copy(update={"port": port})})


def load(path: Path | None) -> Settings:
    """Read the settings file; None or a missing `config.toml` gives the defaults. SettingsError with every mistake."""
    if path is None:
        return Settings()
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise SettingsError(
            [Mistake(str(path), f"cannot be read ({error.strerror})", "name a readable file")]
        ) from None
    except UnicodeDecodeError:
        raise SettingsError([Mistake(str(path), "is not UTF-8 text", "save it as UTF-8")]) from None
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError([Mistake(str(path), f"is not TOML: {error}", "mend that line")]) from None
    mistakes: list[Mistake] = []
    settings: Settings | None = None
    try:
        settings = Settings.model_validate(values)
    except ValidationError as error:
        mistakes += [_mistake(path, detail) for detail in error.errors(include_url=False, include_input=True)]
    mistakes += _across(path, values)
    if mistakes or settings is None:
        raise SettingsError(mistakes)
    return settings


def _mistake(path: Path, detail: Any) -> Mistake:
    *sections, key = [str(part) for part in detail["loc"]] or ["?"]
    is_url = "alarm_urls" in sections or key == "alarm_urls"
    if is_url and detail["type"] != "extra_forbidden":
        where = f"{path}: [duty] {'.'.join([*sections, key]).removeprefix('duty.')}"
        return Mistake(where, "is no list of addresses", 'write { T001 = ["ntfys://…"] }, by staff number')
    where = f"{path}: [{'.'.join(sections)}] {key}" if sections else f"{path}: [{key}]"
    if detail["type"] == "extra_forbidden":
        return Mistake(where, "there is no such setting", "remove it or look its name up in config.example.toml")
    secret = any(word in key for word in ("token", "secret", "password", "key", "webhook"))
    shown = detail["type"] != "missing" and not secret and not isinstance(detail["input"], dict | list)
    what, mend = words_for(detail["type"], detail.get("ctx", {}), ".".join([*sections, key]))
    return Mistake(where, f"{detail['input']!r} {what}" if shown else what, mend)


def _across(path: Path, values: dict[str, Any]) -> list[Mistake]:
    """Find mistakes that lie between settings; sections of the wrong type are reported by the types already."""
    duty = values.get("duty")
    file = duty.get("alarm_urls_file") if isinstance(duty, dict) else None
    broken = _urls_in(file)
    mistakes = [Mistake(f"{path}: [duty] alarm_urls_file", *broken)] if isinstance(broken, tuple) else []
    mistakes += settings_channels.faults(path, values.get("channels"))
    return mistakes + settings_records.faults(path, values.get("records"))


def _urls_in(file: Any) -> dict[str, Any] | tuple[str, str] | None:
    """Read the file of alarm URLs; what is wrong with it and how to mend it, or None when there is no such file."""
    if not isinstance(file, str) or not file:
        return None
    try:
        return tomllib.loads(Path(file).read_text(encoding="utf-8-sig"))
    except OSError as error:
        return f"{file!r} cannot be read ({error.strerror})", "name a readable file"
    except ValueError:  # its text may be a secret, so the line stays unsaid
        return f"{file!r} is no TOML", 'write a line for each person, like T001 = ["ntfys://…"]'
