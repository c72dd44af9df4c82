"""Rotas for tests: those of a settings text, loaded into a database as the start of the service loads them."""

import tomllib
from datetime import UTC, datetime

from sqlalchemy import Connection

from bot.documents import store as documents
from bot.duty.model import Duty
from bot.duty.parse import parse, to_json

LOADED = datetime(2026, 9, 1, tzinfo=UTC)

EUROPE = """
[[rota]]
name = "Europe"
scope = ["region:EU"]
zone = "Europe/Berlin"
handover = "Mon 09:00"
members = ["D1", "D2"]
since = 2026-09-07
hours = ["daily 08:00-20:00"]
"""
EVERYBODY = """
[[rota]]
name = "Everybody"
zone = "Asia/Shanghai"
handover = "Mon 09:00"
members = ["O1"]
since = 2026-09-07
hours = ["Mon-Fri 09:00-18:00"]
"""


def utc(text: str) -> datetime:
    """Read "2026-11-24 18:30" as UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def rotas(text: str) -> Duty:
    return parse(tomllib.loads(text), "test")


def load_rotas(conn: Connection, text: str) -> None:
    documents.put(conn, "duty", to_json(rotas(text)), LOADED)
