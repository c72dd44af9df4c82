"""Keeps the bytes of files, sealed, in a folder of their own under the hash of what they hold; nothing serves it.

Pages and commands make a `Vault` from the settings and the database's keys. Several processes share one folder.
"""

import hashlib
import os
import re
import secrets
from datetime import datetime
from pathlib import Path

from bot.errors import YanxinError
from bot.sealed import BRANCH, CARE, Keyring, SealError

_DIGEST = re.compile(r"[0-9a-f]{64}")


class Vault:
    """A folder of sealed files."""

    def __init__(self, folder: Path, keyring: Keyring, purpose: str = CARE) -> None:
        """Take the folder, which is made at the first use, the keys, and which of them seals."""
        self._folder = folder
        self._keyring = keyring
        self._purpose = purpose

    def put(self, data: bytes) -> str:
        """Keep bytes and return the name under which they lie; the same bytes lie there once. YanxinError if not."""
        digest = hashlib.sha256(data).hexdigest()
        path = self._path(digest)
        if path.exists():
            return digest
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            part = path.with_name(f"{digest}.{secrets.token_hex(8)}.part")
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(self._keyring.seal_bytes(data, self._purpose))
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)  # whole or not at all, whatever dies meanwhile
        except OSError as error:
            raise YanxinError(f"[reports] folder {self._folder} cannot be written ({error.strerror})") from None
        return digest

    def get(self, digest: str) -> bytes | None:
        """Return bytes; None when they are not there. SealError when no key opens them, or they were changed."""
        path = self._path(digest)
        if not path.is_file():
            return None
        data = self._keyring.unseal_bytes(path.read_bytes(), self._purpose)
        if hashlib.sha256(data).hexdigest() != digest:
            raise SealError("a file is not what its name says")
        return data

    def drop(self, digest: str) -> None:
        """Forget bytes."""
        self._path(digest).unlink(missing_ok=True)

    def lying_since(self, before: datetime) -> list[str]:
        """Return the names of files that have lain here since before an instant of real time."""
        found = [path for path in self._folder.glob("??/*") if _DIGEST.fullmatch(path.name)]
        return sorted(path.name for path in found if path.stat().st_mtime < before.timestamp())

    def _path(self, digest: str) -> Path:
        if not _DIGEST.fullmatch(digest):
            raise ValueError("no name of a file")
        return self._folder / digest[:2] / digest


def vault_in(folder: str, keyring: Keyring, *, branch: bool = False) -> Vault:
    """Return the vault of a folder of the settings; branch matters lie apart in it, under a key of their own."""
    return Vault(Path(folder) / BRANCH, keyring, BRANCH) if branch else Vault(Path(folder), keyring)
