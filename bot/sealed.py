"""Sealing of everything a person wrote or where she was: Fernet with key rotation.

Each purpose has a key of its own, derived from the lines of the key file, so that branch matters and safety matters
are never opened by the same key. Wiring reads the file, `bot.schema` seals the columns.
"""

import base64
from functools import cached_property

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

CARE = "care"
BRANCH = "branch"


class SealError(Exception):
    """A sealed value cannot be opened with any key of the file."""


class Keyring:
    """One or more Fernet keys; the first one seals, all of them open."""

    def __init__(self, keys: list[str]) -> None:
        """Take the keys as lines of 32 url-safe base64 bytes; ValueError when one is not."""
        if not keys:
            raise ValueError("there is no key")
        self._keys = [base64.urlsafe_b64decode(key) for key in keys]
        if any(len(key) != 32 for key in self._keys):  # noqa: PLR2004 - the length of a Fernet key in bytes
            raise ValueError("a key is 32 bytes in url-safe base64")

    @staticmethod
    def new_key() -> str:
        """Make a new key line."""
        return Fernet.generate_key().decode()

    @cached_property
    def _care(self) -> MultiFernet:
        return self._fernet(CARE)

    @cached_property
    def _branch(self) -> MultiFernet:
        return self._fernet(BRANCH)

    def _fernet(self, purpose: str) -> MultiFernet:
        derived = [
            HKDF(algorithm=SHA256(), length=32, salt=None, info=f"yanxin:{purpose}".encode()).derive(key)
            for key in self._keys
        ]
        return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in derived])

    def seal(self, text: str, purpose: str = CARE) -> str:
        """Return the text sealed, as ASCII."""
        return self._of(purpose).encrypt(text.encode()).decode()

    def unseal(self, token: str, purpose: str = CARE) -> str:
        """Return the text of a sealed value; SealError when no key opens it."""
        try:
            return self._of(purpose).decrypt(token.encode()).decode()
        except InvalidToken:
            raise SealError("no key of the key file opens this value") from None

    def seal_bytes(self, data: bytes, purpose: str = CARE) -> bytes:
        """Return bytes sealed."""
        return self._of(purpose).encrypt(data)

    def unseal_bytes(self, token: bytes, purpose: str = CARE) -> bytes:
        """Return sealed bytes; SealError when no key opens them."""
        try:
            return self._of(purpose).decrypt(token)
        except InvalidToken:
            raise SealError("no key of the key file opens this file") from None

    def _of(self, purpose: str) -> MultiFernet:
        return self._branch if purpose == BRANCH else self._care
