"""Policies as the TOML that a school writes, so that what holds can be read, changed and loaded again."""

import json

from bot.policies.model import Policies
from bot.policies.parse import to_json

_KEYS = ("wakes", "steps", "repeat", "act_within", "again_within")


def to_toml(policies: Policies) -> str:
    """Return policies as TOML that `parse` reads back to the same."""
    plain = json.loads(to_json(policies))
    parts = []
    for reason in policies.of:
        lines = [f"[{reason}]"]
        for key in _KEYS:
            value = plain[reason][key]
            if key == "steps":
                lines += ["steps = [", *(f"  {_step(step)}," for step in value), "]"] if value else ["steps = []"]
            elif value is not None:
                lines.append(f"{key} = {json.dumps(value)}")
        parts.append("\n".join(lines))
    return "\n\n".join(parts) + "\n"


def _step(step: dict[str, object]) -> str:
    after = "" if step["after"] == "PT0S" else f"after = {json.dumps(step['after'])}, "
    return f"{{ {after}whom = {json.dumps(step['whom'])} }}"
