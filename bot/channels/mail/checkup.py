"""How are the mail server and the mailbox? `yanxin doctor` asks through `Mail.checkup`; no mail is sent for it."""

from bot.channels.checkup import Finding, State, good, wrong
from bot.outbox.model import Result, ResultKind
from bot.settings_mail import Mail

_TLS = "see that security and port belong together, and that ca_file has the server's certificate if it is your own"
_MENDS = {
    "not_connected": "see that host and port are right and that this machine may call them",
    "tls_failed": _TLS,
    "login_refused": "write the user and password of the mail account; some servers want a password for programs",
    "login_impossible": "the server takes no sign-in this way: choose another security or port, or leave user empty",
    "mailbox_not_connected": "see that host and port are right and that this machine may call them",
    "mailbox_tls_failed": _TLS,
    "mailbox_login_refused": "write the user and password of the mailbox; some servers want IMAP to be allowed first",
    "mailbox_refuses": "see that the folder is there, under the name that the server gives it",
}


def of_server(section: Mail, result: Result) -> Finding:
    """Say how the server that takes our mail is, after it was greeted and signed in to."""
    if result.kind is ResultKind.ACCEPTED:
        way = "signed in" if section.user else "answers, and we do not sign in"
        return good("mail server", f"{section.host}:{section.port} {way} ({section.security})")
    reason = result.reason or result.kind.value
    mend = _MENDS.get(reason, "ask whoever runs the mail server")
    return wrong("mail server", f"{section.host}:{section.port} says no ({reason})", mend)


def of_mailbox(section: Mail, trouble: str) -> Finding:
    """Say how the mailbox is; `trouble` is a short code, empty when it could be looked into."""
    if not section.imap.enabled:
        return Finding(
            "mailbox", State.OPEN, "none is read: bounces are not seen, and every mail says that replies are not"
        )
    where = f"{section.imap.host}:{section.imap.port}"
    if not trouble:
        return good("mailbox", f"{where} lets us read {section.imap.folder}")
    return wrong("mailbox", f"{where} says no ({trouble})", _MENDS.get(trouble, "ask whoever runs the mail server"))
