"""The settings of groups with a robot, and what can be wrong there; DingTalk's and WeCom's sections hold a list."""

from collections import Counter
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import parse_qs, urlsplit

from pydantic import BaseModel, ConfigDict, Field

from bot.errors import Mistake
from bot.settings_secrets import file_faults

SECRETS = ("webhook", "secret")
"""Keys of a group that may stand in a file of their own, named by the same key with `_file`."""
Text = Annotated[str, Field(strict=True)]
Name = Annotated[str, Field(strict=True, pattern=r"^\S(.{0,62}\S)?$")]


class Group(BaseModel):
    """One group with a robot. Its webhook is a secret: whoever has it can write there in our name."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Name
    webhook: Text = ""
    webhook_file: Text = ""


class SignedGroup(Group):
    """One whose robot wants calls signed (加签); without a secret they are not."""

    secret: Text = ""
    secret_file: Text = ""


def faults(where: str, section: dict[str, Any], path: str, key: str) -> list[Mistake]:
    """Find what is missing or looks wrong in the groups of an enabled section; webhooks and secrets are never quoted.

    A webhook leads to `path` and has its key in the query under `key`.
    """
    found = []
    for number, group in enumerate(_groups(section), start=1):
        here = f"{where} groups, no. {number},"
        found += file_faults(here, group, SECRETS)
        webhook = group.get("webhook")
        if not webhook and not group.get("webhook_file"):
            mend = "write webhook or webhook_file, the address that the group's robot was given"
            found.append(Mistake(f"{here} webhook", "is missing", mend))
        elif isinstance(webhook, str) and webhook and not _looks_like_one(webhook, path, key):
            mend = f"copy it anew where the robot was added; it is like https://…{path}?{key}=…"
            found.append(Mistake(f"{here} webhook", "does not look like one", mend))
    return found


def same_names(path: Path, channels: dict[str, Any]) -> list[Mistake]:
    """Find names that two groups share, on whichever channel: a name says where something goes."""
    sections = [one for one in channels.values() if isinstance(one, dict)]
    names = Counter(str(group.get("name")) for section in sections for group in _groups(section) if group.get("name"))
    mend = "give each group a name of its own"
    twice = sorted(name for name, count in names.items() if count > 1)
    return [Mistake(f"{path}: [channels] groups", f"two are called {name!r}", mend) for name in twice]


def _groups(section: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the groups as the file has them; what is no group is reported by the types."""
    listed = section.get("groups")
    return [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []


def _looks_like_one(webhook: str, path: str, key: str) -> bool:
    try:
        parts = urlsplit(webhook)
        has_host = bool(parts.hostname)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and has_host and parts.path == path and key in parse_qs(parts.query)
