"""When no automatic text may go out: rules on the mail received, and limits per case and recipient."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from workstation.hub.channels.mail.parsed import Address, ParsedMail
from workstation.hub.channels.mail.raw_headers import Headers

# At most so many mails to one recipient in one case within so many minutes.
RATE_LIMITS: tuple[tuple[int, timedelta], ...] = (
    (10, timedelta(minutes=10)),
    (15, timedelta(minutes=30)),
    (25, timedelta(minutes=60)),
    (50, timedelta(minutes=180)),
    (100, timedelta(minutes=600)),
)
_MACHINE_LOCAL_PARTS = ("mailer-daemon", "mailerdaemon", "mail-daemon", "postmaster")


def header_rules(headers: Headers, from_: tuple[Address, ...]) -> tuple[str, ...]:
    """Names of the rules that forbid an automatic answer, as the headers show them."""
    found: list[str] = []
    submitted = [
        value.decode("latin-1").split(";")[0].split("(")[0].strip().lower()
        for value in headers.all("auto-submitted")
    ]
    if any(value and value not in ("no", "auto-forwarded") for value in submitted):
        found.append("auto_submitted")
    if any(
        _first_word(value) in ("bulk", "list", "junk", "auto_reply") for value in headers.all("precedence")
    ):
        found.append("precedence")
    suppressed = {
        word.strip().lower()
        for value in headers.all("x-auto-response-suppress")
        for word in value.decode("latin-1").replace(";", ",").split(",")
    }
    if suppressed & {"all", "oof", "autoreply"}:
        found.append("auto_response_suppress")
    if headers.has("x-loop"):
        found.append("x_loop")
    if any(headers.has(name) for name in ("list-id", "list-post", "list-unsubscribe")):
        found.append("list")
    paths = headers.all("return-path")
    if paths and "".join(paths[0].decode("latin-1").split()) in ("<>", ""):
        found.append("null_return_path")
    if any(is_machine(address.address) for address in from_):
        found.append("mailer_daemon")
    return tuple(found)


def is_machine(address: str) -> bool:
    """Whether the address is a mail server's own."""
    local = address.lower().split("@")[0]
    return local in _MACHINE_LOCAL_PARTS or local.startswith("mailer-daemon")


def reasons_not_to_answer(mail: ParsedMail, own_domains: Iterable[str]) -> tuple[str, ...]:
    """All rules that forbid an automatic answer to `mail`; `own_domains` are those of our Message-IDs."""
    found = list(mail.never_answer)
    domain = (mail.message_id or "").rpartition("@")[2].lower()
    if domain and domain in {own.lower() for own in own_domains}:
        found.append("own_message_id")
    if mail.is_bounce or mail.is_delayed:
        found.append("bounce")
    if mail.is_auto_reply:
        found.append("auto_reply")
    return tuple(dict.fromkeys(found))


def may_send(sent_at: Sequence[datetime], now: datetime) -> bool:
    """Whether one more mail to a recipient in a case stays within all limits.

    `sent_at` are the aware times of mails already sent there, in any order; those 600 minutes back suffice.
    """
    return blocked_until(sent_at, now) is None


def blocked_until(sent_at: Sequence[datetime], now: datetime) -> datetime | None:
    """None if one more mail may go now, else the time from which all limits allow it again."""
    until: datetime | None = None
    for limit, window in RATE_LIMITS:
        inside = sorted(time for time in sent_at if time > now - window)
        if len(inside) >= limit:
            free_at = inside[len(inside) - limit] + window
            until = free_at if until is None else max(until, free_at)
    return until


def _first_word(value: bytes) -> str:
    words = value.decode("latin-1").lower().replace(";", " ").split()
    return words[0].replace("-", "_") if words else ""
