"""Mails that say our mail did not arrive: delivery reports, known bounce styles, and three header rules."""

import email
import email.policy
import logging
import re
from dataclasses import dataclass

from workstation.hub.channels.mail.body_bytes import decode_body
from workstation.hub.channels.mail.loop_guard import is_machine
from workstation.hub.channels.mail.message_ids import message_ids
from workstation.hub.channels.mail.mime_tree import Part
from workstation.hub.channels.mail.parsed import Address
from workstation.hub.channels.mail.raw_headers import Headers, split_headers

MAX_RECIPIENTS = 1_000
_MAX_SCANNED = 400_000
_FAILED = ("fail", "error")
_DELAYED = ("delay",)
_DONE = ("deliver", "relay", "expand")
_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.\-]{1,120}@[A-Za-z0-9\-.]{1,200}[A-Za-z0-9]")
_FAILED_SUBJECT = re.compile(
    r"""(?ix) \b(?: undeliver(?:able|ed) | undelivrable | non(?:-|\s)?deliver(?:y|able)
    | returned\ (?:mail|to\ sender|message)
    | returning\ message\ to\ sender
    | (?:mail|message)?\ ?deliver(?:y|ing)\ (?:has\ )?(?:failed|failure|error|problem|status)
    | failure\ (?:notice|delivery) | failed\ (?:mail|delivery) | fail(?:ed|ure)\ to\ deliver
    | could\ not\ be\ delivered
    | couldn'?t\ be\ delivered | not\ delivered | mail\ (?:system\ )?error
    | (?:delivery|e-?mail)\ (?:has\ been\ )?rejected
    | user\ unknown | (?:recipient|address|user)\ (?:not\ found|rejected|unknown)
    | mail\ delivery\ (?:system|subsystem)
    | unzustellbar\w* | nicht\ zu(?:ge)?ste(?:ll|llt)(?:bar|t|werden)?\w*
    | zustell(?:ung|en)?\w*\ (?:ist\ )?(?:fehlgeschlagen|nicht\ m(?:ö|oe)glich)
    | zustell(?:fehler|problem)\w* | konnte\ nicht\ zugestellt
    | fehler\ bei\ der\ (?:zustellung|(?:ü|ue)bermittlung)
    | (?:é|e)chec\ de\ (?:la\ )?(?:remise|distribution) | mancato\ recapito | no\ se\ puede\ entregar
    | onbestelbaar
    )"""
)
_DELAY_SUBJECT = re.compile(
    r"(?i)\b(?:delay(?:ed)?|warning|verz(?:ö|oe)ger\w*|versp(?:ä|ae)tet\w*|not yet|still trying|noch nicht)\b"
)
_RECIPIENT_LINES = re.compile(
    r"(?im)^(?:[> \t*\-]{0,10}<?(" + _ADDRESS.pattern + r")>?[ \t]{0,5}(?:[:;(]|$)"
    r"|.{0,80}(?:recipient|rcpt to|an|to|empf(?:ä|ae)nger)[^\n<@]{0,30}[<:][ \t]{0,5}<?("
    + _ADDRESS.pattern
    + r"))"
)
_ORIGINAL = re.compile(
    r"(?im)^[-=_ >*]{2,40}.{0,20}(?:original|copy|urspr(?:ü|ue)ngliche|returned|header|kopie).{0,60}$"
)
_ID_LINE = re.compile(rb"(?im)^[> \t]{0,4}message-id[ \t]*:[ \t\r\n]{0,6}(<[^<>\r\n]{1,900}>)")


@dataclass(frozen=True, slots=True)
class Bounce:
    """What a mail says of an earlier one: lost (`is_bounce`), or still on its way (`is_delayed`)."""

    is_bounce: bool = False
    is_delayed: bool = False
    recipients: tuple[str, ...] = ()
    returned_message_ids: tuple[str, ...] = ()


def read_bounce(raw: bytes, root: Part, from_: tuple[Address, ...], subject: str, text: str) -> Bounce:
    """Decide by delivery report, then known styles, then header rules; an ordinary mail gives `Bounce()`."""
    statuses = _statuses(raw, root)
    if statuses is not None:
        failed, delayed, done = statuses
        if failed:
            return Bounce(True, False, _unique(failed), _returned_ids(raw, root))
        if delayed or done:
            return Bounce(False, bool(delayed), (), _returned_ids(raw, root))
    if not _may_be_bounce(root, from_, subject):
        return Bounce()
    failed, delayed = _known_styles(raw)
    by_headers = _header_rules(root, from_, subject)
    if not failed and (delayed or (by_headers and _DELAY_SUBJECT.search(subject) and not _is_final(text))):
        return Bounce(False, True, (), _returned_ids(raw, root))
    if failed or by_headers:
        named = failed or _named_recipients(root.headers, text)
        return Bounce(True, False, _unique(named), _returned_ids(raw, root))
    return Bounce()


def _walk(root: Part) -> list[Part]:
    found, waiting = [], [root]
    while waiting:
        part = waiting.pop()
        found.append(part)
        waiting.extend(reversed(part.children))
    return found


def _statuses(raw: bytes, root: Part) -> tuple[list[str], list[str], list[str]] | None:
    """(failed, delayed, done) recipients of the first delivery status part, or None without one."""
    for part in _walk(root):
        if part.content_type not in ("message/delivery-status", "message/global-delivery-status"):
            continue
        encoding = part.headers.text("content-transfer-encoding")
        data = decode_body(raw[part.start : part.end], encoding, is_text=True)[:_MAX_SCANNED]
        return _read_status(data.replace(b"\r\n", b"\n"))
    return None


def _read_status(data: bytes) -> tuple[list[str], list[str], list[str]]:
    groups: dict[str, list[str]] = {"failed": [], "delayed": [], "done": []}
    for block in re.split(rb"\n[ \t]*\n", data)[: MAX_RECIPIENTS * 2]:
        headers, _body = split_headers(block, 0, len(block))
        outcome = _outcome(headers)
        recipient = _recipient(headers)
        if outcome and (recipient or headers.has("action")):
            groups[outcome].append(recipient)
    return groups["failed"], groups["delayed"], groups["done"]


def _outcome(headers: Headers) -> str:
    action = headers.text("action").strip("<>\"' ")
    for words, outcome in ((_FAILED, "failed"), (_DELAYED, "delayed"), (_DONE, "done")):
        if action.startswith(words):
            return outcome
    status = headers.text("status")
    if not action or not status:
        return "failed" if status.startswith("5") else ""
    return {"5": "failed", "4": "delayed", "2": "done"}.get(status[:1], "")


def _recipient(headers: Headers) -> str:
    for name in ("original-recipient", "final-recipient", "x-actual-recipient"):
        kind, mark, rest = headers.first(name).decode("utf-8", "replace").partition(";")
        candidate = rest if mark else kind
        if mark and kind.strip().lower() not in (
            "rfc822",
            "utf-8",
            "smtp",
            "x-local",
            "",
            "unknown",
            "rfc-822",
        ):
            continue
        found = _ADDRESS.search(candidate)
        if found:
            return found[0]
        bare = candidate.strip("<>\"' \t")
        if "@" in bare:
            return bare
    value = headers.first("x-actual-recipient") or headers.first("final-recipient")
    found = _ADDRESS.search(value.decode("utf-8", "replace"))
    return found[0] if found else ""


def _may_be_bounce(root: Part, from_: tuple[Address, ...], subject: str) -> bool:
    """The known styles are asked only about mails a machine could have sent: they find words in any mail."""
    headers = root.headers
    if headers.has("x-failed-recipients") or _is_report(root) or _is_from_machine(headers, from_):
        return True
    return bool(_FAILED_SUBJECT.search(subject)) and not headers.first("list-id")


def _is_report(root: Part) -> bool:
    kind = root.params.get("report-type", "").lower()
    return root.content_type == "multipart/report" and kind in ("delivery-status", "")


def _is_from_machine(headers: Headers, from_: tuple[Address, ...]) -> bool:
    for address in from_:
        name = address.name.lower()
        if is_machine(address.address) or is_machine(name) or "mail delivery" in name:
            return True
    return headers.has("return-path") and headers.text("return-path") in ("<>", "")


def _header_rules(root: Part, from_: tuple[Address, ...], subject: str) -> bool:
    """1. the server names the failed; 2. a machine with a failure subject; 3. a delivery report as such."""
    headers = root.headers
    if headers.has("x-failed-recipients") or headers.has("x-ms-exchange-message-is-ndr"):
        return True
    if _FAILED_SUBJECT.search(subject) and (_is_from_machine(headers, from_) or _says_machine(headers)):
        return True
    return _is_report(root) and _is_from_machine(headers, from_)


def _says_machine(headers: Headers) -> bool:
    return headers.text("auto-submitted").startswith("auto-") or headers.text("precedence") == "bulk"


def _is_final(text: str) -> bool:
    return bool(
        re.search(
            r"(?i)permanent|giving up|gave up|endg(?:ü|ue)ltig|not be re-?tried|(?:^|\s)55\d[ \-]",
            text[:20_000],
        )
    )


def _known_styles(raw: bytes) -> tuple[list[str], list[str]]:
    """(failed, delayed) by the styles of known servers; their detectors raise on odd mails."""
    from flufl.bounce import all_failures

    logging.getLogger("flufl.bounce").setLevel(logging.CRITICAL)
    if raw.count(b"oundary=") > 60 or raw.count(b"OUNDARY=") > 60:
        return [], []  # nested beyond anything a server sends: the standard parser would recurse
    try:
        message = email.message_from_bytes(raw[:_MAX_SCANNED], policy=email.policy.compat32)
        temporary, permanent = all_failures(message)
        return _addresses(permanent), _addresses(temporary)
    except Exception:  # any kind, on any odd mail: the header rules still decide
        return [], []


def _addresses(found: frozenset[bytes] | set[bytes]) -> list[str]:
    return sorted(one.decode("latin-1").strip("<> ") for one in found if b"@" in one)


def _named_recipients(headers: Headers, text: str) -> list[str]:
    failed = _ADDRESS.findall(headers.first("x-failed-recipients").decode("latin-1"))
    if failed:
        return failed
    original = _ORIGINAL.search(text)
    own = text[: original.start()] if original else text
    named: list[str] = []
    for line in own[:20_000].split("\n"):
        found = _RECIPIENT_LINES.match(line[:500])
        if found:
            named.append(found[1] or found[2])
    return [one for one in named if not is_machine(one)]


def _returned_ids(raw: bytes, root: Part) -> tuple[str, ...]:
    """Message-IDs of enclosed mails, whole or headers only, and of those the bounce refers to."""
    found: list[bytes] = []
    for part in _walk(root)[:200]:
        if part.content_type in (
            "message/rfc822",
            "text/rfc822-headers",
            "message/rfc822-headers",
            "message/global",
            "message/global-headers",
            "text/plain",
            "text/html",
        ):
            encoding = part.headers.text("content-transfer-encoding")
            data = decode_body(
                raw[part.start : min(part.end, part.start + _MAX_SCANNED)], encoding, is_text=True
            )
            found.extend(match[1] for match in _ID_LINE.finditer(data))
    headers = root.headers
    return message_ids([*found[:50], *headers.all("in-reply-to"), *headers.all("references")])


def _unique(recipients: list[str]) -> tuple[str, ...]:
    seen: dict[str, str] = {}
    for recipient in recipients[:MAX_RECIPIENTS]:
        if recipient:
            seen.setdefault(recipient.lower(), recipient)
    return tuple(seen.values())
