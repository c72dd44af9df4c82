"""Files lie sealed under their hash, whole or not at all."""

from pathlib import Path

import pytest

from bot.errors import YanxinError
from bot.sealed import Keyring, SealError
from bot.storage.vault import Vault


def test_bytes_come_back_and_lie_sealed_once(tmp_path: Path) -> None:
    vault = Vault(tmp_path / "files", Keyring([Keyring.new_key()]))
    digest = vault.put(b"a photo")
    assert vault.put(b"a photo") == digest
    (file,) = [one for one in (tmp_path / "files").rglob("*") if one.is_file()]
    assert b"photo" not in file.read_bytes()
    assert file.stat().st_mode & 0o077 == 0
    assert vault.get(digest) == b"a photo"
    vault.drop(digest)
    assert vault.get(digest) is None


def test_another_key_or_another_file_opens_nothing(tmp_path: Path) -> None:
    keyring = Keyring([Keyring.new_key()])
    vault = Vault(tmp_path, keyring)
    first, second = vault.put(b"one"), vault.put(b"two")
    with pytest.raises(SealError):
        Vault(tmp_path, Keyring([Keyring.new_key()])).get(first)
    (tmp_path / first[:2] / first).write_bytes((tmp_path / second[:2] / second).read_bytes())
    with pytest.raises(SealError):
        vault.get(first)


def test_a_name_leads_nowhere_else(tmp_path: Path) -> None:
    vault = Vault(tmp_path, Keyring([Keyring.new_key()]))
    with pytest.raises(ValueError, match="no name"):
        vault.get("../../etc/passwd")


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "files").write_text("in the way")
    with pytest.raises(YanxinError, match=r"\[reports\] folder"):
        Vault(tmp_path / "files", Keyring([Keyring.new_key()])).put(b"x")
