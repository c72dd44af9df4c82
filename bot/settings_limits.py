"""The limits of the platforms and of our own doors. `bot.settings` reads them with all others."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Positive = Annotated[int, Field(strict=True, gt=0)]


class Limits(BaseModel):
    """Limits of the platforms and of our own doors."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    body_bytes: Positive = 1024 * 1024
    import_body_bytes: Positive = 16 * 1024 * 1024
    api_body_bytes: Positive = 32 * 1024 * 1024
    telegram_messages_per_second: Positive = 30
    telegram_messages_per_chat_per_second: Positive = 1
    telegram_text_characters: Positive = 4096
    telegram_poll_seconds: Positive = 50
    telegram_timeout_seconds: Positive = 15
    wecom_messages_per_member_per_minute: Positive = 30
    wecom_messages_per_member_per_hour: Positive = 1000
    wecom_accounts: Positive = 1000
    wecom_messages_per_account_per_day: Positive = 200
    wecom_text_bytes: Annotated[int, Field(strict=True, ge=200)] = 2048
    wecom_timeout_seconds: Positive = 15
    wecom_group_messages_per_minute: Positive = 20
    dingtalk_calls_per_second: Positive = 20
    dingtalk_users_per_call: Annotated[int, Field(strict=True, ge=1, le=20)] = 20
    dingtalk_calls_per_month: Positive = 10_000
    dingtalk_text_bytes: Annotated[int, Field(strict=True, ge=200)] = 5000
    dingtalk_timeout_seconds: Positive = 15
    dingtalk_silence_seconds: Positive = 90
    dingtalk_group_messages_per_minute: Positive = 20
    wechat_window_hours: Positive = 48
    wechat_messages_per_window: Positive = 5
    wechat_tap_seconds: Positive = 60
    wechat_messages_per_tap: Positive = 3
    wechat_messages_per_second: Positive = 50
    wechat_text_bytes: Annotated[int, Field(strict=True, ge=200)] = 2048
    wechat_timeout_seconds: Positive = 15
    mail_messages_per_second: Positive = 5
    mail_text_characters: Annotated[int, Field(strict=True, ge=1000)] = 20_000
    mail_timeout_seconds: Positive = 30
    mail_read_bytes: Annotated[int, Field(strict=True, ge=10_000)] = 262_144
    alarm_timeout_seconds: Positive = 15
