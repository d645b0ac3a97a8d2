"""Raw bytes to what a case shows: parsed and sanitised in the limited child, quotes folded, language told."""

from __future__ import annotations

import re

from workstation.hub.channels.mail.forwards import forwarded_from
from workstation.hub.channels.mail.parsed import ParsedMail, ParseFailure
from workstation.hub.channels.mail.quoting import fold
from workstation.hub.channels.mail.threading import bare_subject, message_id_candidates, subject_tokens
from workstation.hub.channels.mail.worker import ParseWorker
from workstation.hub.ports_mail import IncomingFile, IncomingMail
from workstation.system.sanitise import SANITISER_VERSION

_WORD = re.compile(r"[a-zäöüß]+")
_GERMAN = frozenset(
    _WORD.findall(
        "der die das und ich nicht ist ein eine einen mit für auf sie wir bitte habe hat von bei dass was"
        " leider meine mein danke grüße gruß guten hallo wurde kann aber auch noch"
    )
)
_ENGLISH = frozenset(
    _WORD.findall(
        "the and i not is a with for on you we please have has of at that what unfortunately my thanks"
        " regards hello dear was can but also still this it to are"
    )
)
_HINTS = {"name_shows_other_address": "mail.display_name_address"}
_LONGEST_TEXT = 1_000_000


class LimitedReader:
    """Implements :class:`workstation.hub.ports_mail.MailReader` over a :class:`ParseWorker`."""

    def __init__(self, worker: ParseWorker) -> None:
        self._worker = worker

    def read(self, raw: bytes) -> IncomingMail:
        """Return what could be read; ``is_readable=False`` when nothing could."""
        parsed = self._worker.parse(raw)
        if isinstance(parsed, ParseFailure):
            return IncomingMail(is_readable=False, unreadable_why=parsed.reason, hints=("mail.unreadable",))
        html, hints = self._safe_html(parsed)
        return _incoming(parsed, html, hints)

    def _safe_html(self, parsed: ParsedMail) -> tuple[str, tuple[str, ...]]:
        if not parsed.html:
            return "", ()
        safe = self._worker.sanitise(parsed.html)
        if isinstance(safe, ParseFailure):
            return "", ("mail.html_unreadable",)
        return safe, ()


def _incoming(parsed: ParsedMail, html: str, hints: tuple[str, ...]) -> IncomingMail:
    sender = parsed.from_[0] if parsed.from_ else None
    reply_to = next((one.address for one in parsed.reply_to if "@" in one.address), "")
    text, quoted = split_quotes(parsed.text[:_LONGEST_TEXT])
    passed_on = forwarded_from(parsed.subject, parsed.text[:_LONGEST_TEXT])
    warnings = tuple(_HINTS.get(warning, f"mail.{warning}") for warning in parsed.warnings)
    return IncomingMail(
        from_name=sender.name if sender else "",
        from_address=sender.address if sender else "",
        reply_to=reply_to,
        to=tuple(one.address for one in parsed.to),
        cc=tuple(one.address for one in parsed.cc),
        subject=parsed.subject,
        bare_subject=bare_subject(parsed.subject),
        case_numbers=tuple(map(int, subject_tokens(parsed.subject))),
        text=text,
        quoted=quoted,
        html=html,
        html_sanitiser=SANITISER_VERSION if html else 0,
        files=tuple(
            IncomingFile(one.name, one.content_type, one.content, one.content_id)
            for one in parsed.attachments
        ),
        message_id=parsed.message_id or "",
        answered_ids=message_id_candidates(parsed),
        returned_ids=parsed.returned_message_ids,
        bounce_recipients=parsed.bounce_recipients,
        date=parsed.date,
        is_auto_reply=parsed.is_auto_reply,
        is_bounce=parsed.is_bounce,
        is_delayed=parsed.is_delayed,
        language=language_of(f"{parsed.subject}\n{text}"),
        forwarded_from=passed_on,
        hints=(*warnings, *hints, *(("mail.forwarded",) if passed_on else ())),
        is_readable="unreadable" not in parsed.warnings,
        unreadable_why="unreadable" if "unreadable" in parsed.warnings else "",
    )


def split_quotes(text: str) -> tuple[str, str]:
    """Return what was written new and, joined, what is folded away; nothing is lost."""
    blocks = fold(text)
    shown = "".join(block.text for block in blocks if not block.is_folded).strip("\n")
    folded = "".join(block.text for block in blocks if block.is_folded)
    return shown, folded


def language_of(text: str) -> str:
    """Return ``de`` or ``en`` by their commonest words, empty when neither shows."""
    words = _WORD.findall(text[:20_000].casefold())
    german = sum(word in _GERMAN for word in words)
    english = sum(word in _ENGLISH for word in words)
    if german == english:
        return ""
    return "de" if german > english else "en"
