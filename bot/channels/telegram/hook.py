"""Where Telegram calls us in webhook mode; alone, because the library is loaded only where Telegram is on."""

HOOK = "/webhooks/telegram"
"""The path below the service's address."""
