"""Wrong settings of mail: every mistake at once, never a secret; and a rehearsal that stays on this machine."""

from pathlib import Path

import pytest

from bot.errors import SettingsError
from bot.rehearsal.loopback import outside
from bot.settings import Settings, load
from bot.settings_mail import Mail

RIGHT = '[channels.mail]\nenabled = true\nhost = "smtp.uni.example"\nfrom = "yanxin@uni.example"\n'
IMAP = '[channels.mail.imap]\nhost = "imap.uni.example"\nuser = "u"\n'


def read(folder: Path, text: str) -> Mail:
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    return load(path).channels.mail


def mistakes(folder: Path, text: str) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        read(folder, text)
    return [str(one).removeprefix(f"{folder / 'config.toml'}: [channels.mail") for one in caught.value.mistakes]


def test_the_least_that_works_and_passwords_from_files(tmp_path: Path) -> None:
    assert read(tmp_path, RIGHT).account == "yanxin@uni.example"
    file = tmp_path / "password"
    file.write_text("geheim\n", encoding="utf-8")
    one = read(tmp_path, f'{RIGHT}user = "u"\npassword_file = "{file}"\n{IMAP}password_file = "{file}"\n')
    assert (one.password, one.imap.password, one.imap.enabled) == ("geheim", "geheim", True)


def test_every_mistake_at_once(tmp_path: Path) -> None:
    found = mistakes(tmp_path, f'[channels.mail]\nenabled = true\nuser = "u"\nca_file = "/no/such"\n{IMAP}')
    assert [one.partition(";")[0] for one in found] == [
        "] ca_file: there is no file '/no/such'",
        "] password: is missing",
        "] host: is missing",
        "] from: is missing",
        ".imap] password: is missing",
        ".imap] password: is missing",
    ]


@pytest.mark.parametrize(
    "sender", ["Yanxin <y@uni.example>", "y", "y@uni.example\\r\\nBcc: x@y", "y" * 70 + "@uni.example"]
)
def test_a_sender_is_a_plain_address(tmp_path: Path, sender: str) -> None:
    text = RIGHT.replace("yanxin@uni.example", sender)
    assert mistakes(tmp_path, text)[0].startswith("] from: is no plain mail address")


def test_no_password_goes_out_in_clear(tmp_path: Path) -> None:
    text = f'{RIGHT}security = "none"\nuser = "u"\npassword = "geheim"\n'
    (found,) = mistakes(tmp_path, text)
    assert found.startswith("] security: would send the password in clear")
    assert "geheim" not in found
    assert read(tmp_path, text.replace("smtp.uni.example", "127.0.0.1")).security == "none"


def test_a_rehearsal_reaches_neither_server_nor_mailbox_elsewhere() -> None:
    def said(**more: object) -> list[str]:
        here = {"enabled": True, "host": "127.0.0.1", "from": "y@uni.example"}
        return list(outside(Settings.model_validate({"channels": {"mail": here | more}})))

    assert said() == []
    assert said(imap={"host": "localhost"}) == []
    assert said(host="smtp.uni.example")[0].startswith("[channels.mail] host leads to smtp.uni.example")
    assert said(imap={"host": "imap.uni.example"})[0].startswith("[channels.mail.imap] host leads to imap.uni.example")
    assert said(enabled=False, host="smtp.uni.example", imap={"host": "imap.uni.example"}) == []
