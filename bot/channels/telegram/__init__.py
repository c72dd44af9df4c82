"""Telegram as a channel: the only folder that knows python-telegram-bot."""
