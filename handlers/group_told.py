"""Somebody sends words into a group that has a robot: the very words of a notice, by command or in the console."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from bot.addresses.model import WITHOUT_BRANCHES
from bot.channels.known import KNOWN
from bot.engine.group_posts import Group, Notice, groups_of, queue
from bot.errors import UsageError
from bot.groups.model import About
from bot.rendering.renderer import Renderer
from bot.rollcalls.model import Area
from bot.settings import Settings


class NoSuchGroupError(UsageError):
    """The settings have no group of this name, or its channel is off."""


class BranchThereError(UsageError):
    """Words for a branch were to travel through a channel that carries nothing of branches."""


def group_named(settings: Settings, name: str) -> Group:
    """Return a group by its name in the settings; NoSuchGroupError says which there are."""
    groups = groups_of(settings)
    found = next((one for one in groups if one.name == name), None)
    if found is None:
        with_robots = [channel for channel, about in KNOWN.items() if about.group_limits is not None]
        for channel in with_robots:
            if any(one.name == name for one in getattr(settings.channels, channel).groups):
                raise NoSuchGroupError(f"[channels.{channel}] is switched off, so nothing goes into its group {name!r}")
        there = ", ".join(one.name for one in groups)
        tables = " or ".join(f"[[channels.{channel}.groups]]" for channel in with_robots)
        mend = f"there are: {there}" if there else f"name groups under {tables} in the settings"
        raise NoSuchGroupError(f"the settings have no group {name!r}; {mend}")
    return found


def words_of(renderer: Renderer, context: dict[str, Any], languages: Iterable[str]) -> str:
    """Return a notice in these languages, one below the other: what is printed and what is sent."""
    return "\n\n".join(renderer.chat("notice", language, context).text for language in languages)


def refuse_branch(group: Group, area: Area) -> None:
    """Refuse what is for a branch where nothing of branches travels; BranchThereError."""
    if area.branches and group.channel in WITHOUT_BRANCHES:
        raise BranchThereError(
            f"the group {group.name!r} is on {group.channel}, and nothing of a branch travels there; "
            "choose a group of WeCom, or paste the words yourself"
        )


def tell_group(
    conn: Connection,
    group: Group,
    text: str,
    context: dict[str, Any],
    *,
    author_id: int | None,
    key: str,
    now: datetime,
    rollcall_id: int | None = None,
) -> bool:
    """Queue the words for a group, with who sent them in the journal; False when this was done before.

    `context` is that of the notice (`bot.engine.notices`), `key` names this very press.
    """
    notice = Notice(text, About(context["kind"]), rollcall_id, context["meets_at"])
    return queue(conn, group, notice, author_id, key, now)
