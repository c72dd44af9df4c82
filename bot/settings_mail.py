"""The settings of mail, and what can be wrong between them. `bot.settings` reads them with all others."""

import re
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from bot.errors import Mistake

SECRETS = ("password",)
"""Keys that may stand in a file of their own, named by the same key with `_file`; the mailbox has the same."""
Text = Annotated[str, Field(strict=True)]
Port = Annotated[int, Field(strict=True, ge=1, le=65535)]
Security = Literal["tls", "starttls", "none"]
_ADDRESS = re.compile(r"[A-Za-z0-9._%+-]{1,40}@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")
LONGEST_ADDRESS = 64


class _Server(BaseModel):
    """One server and how we come in; `ca_file` holds certificates to trust beside the system's."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    host: Text = ""
    user: Text = ""
    password: Text = ""
    password_file: Text = ""
    ca_file: Text = ""


class Imap(_Server):
    """The mailbox that bounces and replies come to; without a host it is not read."""

    port: Port = 993
    security: Security = "tls"
    folder: Text = "INBOX"
    done_folder: Text = ""
    poll_seconds: Annotated[int, Field(strict=True, ge=5)] = 60

    @property
    def enabled(self) -> bool:
        """Tell whether a mailbox is read."""
        return bool(self.host)


class Mail(_Server):
    """The server that takes our mail; `sender` is `from` in the file: the address that mail comes from."""

    enabled: bool = False
    port: Port = 587
    security: Security = "starttls"
    sender: Annotated[str, Field(alias="from", strict=True)] = ""
    name: Annotated[str, Field(pattern=r"^[^\r\n<>\"]{0,60}$")] = "雁信 Yanxin"
    imap: Imap = Imap()

    @property
    def account(self) -> str:
        """Return which of our accounts this is, as in `addresses.account`."""
        return self.sender.lower()


def faults(path: Path, section: Any) -> list[Mistake]:
    """Find what is missing or does not fit in an enabled section, as the file has it; secrets are never quoted."""
    if not isinstance(section, dict) or section.get("enabled") is not True:
        return []
    where = f"{path}: [channels.mail]"
    found = _server_faults(where, section, "starttls")
    if not section.get("host"):
        found.append(
            Mistake(f"{where} host", "is missing", "write the server that takes your mail, like smtp.example.edu")
        )
    sender = section.get("from")
    if not sender:
        found.append(Mistake(f"{where} from", "is missing", "write the address that mail comes from"))
    elif isinstance(sender, str) and not (_ADDRESS.fullmatch(sender) and len(sender) <= LONGEST_ADDRESS):
        mend = f"write one like yanxin@example.edu, at most {LONGEST_ADDRESS} characters; the name has a key of its own"
        found.append(Mistake(f"{where} from", "is no plain mail address", mend))
    imap = section.get("imap")
    if isinstance(imap, dict):
        found += _imap_faults(f"{path}: [channels.mail.imap]", imap)
    return found


def _imap_faults(where: str, imap: dict[str, Any]) -> list[Mistake]:
    if not imap.get("host"):
        others = [name for name in ("user", "password", "password_file") if imap.get(name)]
        mend = "write the mailbox's server, or leave the whole section out"
        return [Mistake(f"{where} host", "is missing", mend)] if others else []
    found = _server_faults(where, imap, "tls")
    for name, needed in (("user", bool(imap.get("user"))), ("password", _has_password(imap))):
        if not needed:
            found.append(Mistake(f"{where} {name}", "is missing", "a mailbox is read with a user and a password"))
    return found


def _server_faults(where: str, server: dict[str, Any], security: str) -> list[Mistake]:
    found = []
    file = server.get("password_file")
    if isinstance(file, str) and file:
        if not Path(file).is_file():
            found.append(Mistake(f"{where} password_file", f"there is no file {file!r}", "name the file it is in"))
        elif not server.get("password"):
            found.append(Mistake(f"{where} password_file", f"there is nothing in {file!r}", "put it on its first line"))
    trusted = server.get("ca_file")
    if isinstance(trusted, str) and trusted and not Path(trusted).is_file():
        found.append(Mistake(f"{where} ca_file", f"there is no file {trusted!r}", "name a PEM file of certificates"))
    if server.get("user") and not _has_password(server):
        found.append(Mistake(f"{where} password", "is missing", "write password or password_file, or no user either"))
    host = server.get("host")
    in_clear = server.get("security", security) == "none" and _has_password(server)
    if in_clear and isinstance(host, str) and host and not _is_here(host):
        mend = "choose tls or starttls; none is for a server on this machine"
        found.append(Mistake(f"{where} security", "would send the password in clear", mend))
    return found


def _has_password(server: dict[str, Any]) -> bool:
    return bool(server.get("password") or server.get("password_file"))


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
