"""The key file: read, or made beside an empty database and never beside a full one.

Opening the database (`bot.storage.opening`) is its only caller. A missing key beside stored rows is refused, because
a new key would open none of them and everything written from then on would need two.
"""

import os
from pathlib import Path

from bot.errors import UsageError
from bot.sealed import Keyring


def read_keys(path: Path) -> Keyring:
    """Return the keys of a file, a line each, the first one seals; empty lines and lines with # are left out.

    UsageError when it cannot be read or a line is no key; the message never shows a line.
    """
    try:
        lines = path.read_text(encoding="ascii").splitlines()
    except (OSError, UnicodeDecodeError):
        raise UsageError(f"[security] key_file {path} cannot be read; make it a readable file of Fernet keys") from None
    keys = [line.strip() for line in lines if line.strip() and not line.strip().startswith("#")]
    if not keys:
        raise UsageError(f"[security] key_file {path} holds no key; put the right file back, or move it away to begin")
    try:
        return Keyring(keys)
    except ValueError:
        raise UsageError(
            f"[security] key_file {path} has a line that is no Fernet key (32 bytes in url-safe base64); mend that line"
        ) from None


def make_keys(path: Path) -> Keyring:
    """Write a new key file that only its owner can read; one that appeared meanwhile is read instead."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return read_keys(path)
    except OSError as error:
        raise UsageError(
            f"[security] key_file {path} cannot be written ({error.strerror}); name another place"
        ) from None
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(Keyring.new_key() + "\n")
        file.flush()
        os.fsync(file.fileno())  # rows sealed with a key that a power cut takes away are lost
    return read_keys(path)
