"""WeCom's groups with a robot (群机器人): the key stands in the address, and `api_url` replaces the host."""

from bot.channels.group_robot import BUSY_SECONDS, FREQUENCY_SECONDS, Codes, GroupRobot, Place, at
from bot.outbox.model import ResultKind
from bot.settings import Limits
from bot.settings_wecom import WeCom

NAME = "wecom"
USUAL = str(WeCom.model_fields["api_url"].default)

CODES: Codes = {
    -1: (ResultKind.RETRY_AT, "busy", BUSY_SECONDS),
    45009: (ResultKind.THROTTLED, "too_many_calls", FREQUENCY_SECONDS),
    45033: (ResultKind.THROTTLED, "too_many_calls", BUSY_SECONDS),
    93000: (ResultKind.ADDRESS_WRONG, "group_gone", None),
    93008: (ResultKind.ADDRESS_WRONG, "group_gone", None),
    93004: (ResultKind.OUR_FAULT, "robot_off", None),
    60020: (ResultKind.OUR_FAULT, "ip_not_allowed", None),
    40008: (ResultKind.OUR_FAULT, "message_invalid", None),
    40058: (ResultKind.OUR_FAULT, "message_invalid", None),
    44004: (ResultKind.OUR_FAULT, "message_empty", None),
    45002: (ResultKind.OUR_FAULT, "message_too_long", None),
}


def robots(section: WeCom, limits: Limits) -> list[GroupRobot]:
    """Return the robots of the settings; nothing is called yet."""
    seconds = float(limits.wecom_timeout_seconds)
    return [
        GroupRobot(Place(NAME, group.name, at(group.webhook, section.api_url, USUAL), section.proxy, seconds), CODES)
        for group in section.groups
    ]
