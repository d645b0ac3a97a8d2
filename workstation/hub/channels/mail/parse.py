"""`parse(raw)`: one raw mail to one frozen value; pure, bounded, never raises."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from workstation.hub.channels.mail import auto_reply, bounces, loop_guard
from workstation.hub.channels.mail.addresses import other_address_in_name, parse_addresses
from workstation.hub.channels.mail.body import Body, read_body, text_charset
from workstation.hub.channels.mail.charsets import clean_text, decode_bytes
from workstation.hub.channels.mail.encoded_words import decode_header
from workstation.hub.channels.mail.message_ids import message_ids, own_message_id
from workstation.hub.channels.mail.mime_tree import Budget, Part, read_tree
from workstation.hub.channels.mail.parsed import Address, ParsedMail
from workstation.hub.channels.mail.raw_headers import Headers, normalise


def parse(raw: bytes) -> ParsedMail:
    """Read one raw mail.

    Bounded: 100 levels, 1,000 parts, 1 MB a header. Never raises: a mail that defeats every rule comes
    back as its decoded bytes in `text` with the warning `unreadable`.
    """
    try:
        return _read(normalise(bytes(raw)))
    except Exception:  # whatever is wrong in here, the mail itself must still reach a person
        text = clean_text(decode_bytes(bytes(raw)[:1_000_000]))
        return ParsedMail(text=text, warnings=("unreadable",))


def _read(raw: bytes) -> ParsedMail:
    budget = Budget()
    root = read_tree(raw, 0, len(raw), budget)
    hint = text_charset(root)
    headers = root.headers
    body = read_body(raw, root, hint)
    from_, reply_to = _senders(headers, hint)
    subject = decode_header(headers.first("subject"), hint)
    bounce = bounces.read_bounce(raw, root, from_, subject, body.text)
    return ParsedMail(
        from_=from_,
        to=parse_addresses(headers.all("to"), hint),
        cc=parse_addresses(headers.all("cc"), hint),
        subject=subject,
        text=body.text,
        html=body.html,
        attachments=tuple(body.attachments),
        message_id=own_message_id(headers.all("message-id")),
        in_reply_to=message_ids(headers.all("in-reply-to")),
        references=message_ids(headers.all("references")),
        is_auto_reply=not bounce.is_bounce and _is_auto_reply(root, subject, body, bounce.is_delayed),
        is_bounce=bounce.is_bounce,
        bounce_recipients=bounce.recipients,
        reply_to=reply_to,
        date=_date(headers.first("date")),
        never_answer=loop_guard.header_rules(headers, from_),
        warnings=_warnings(headers, from_, budget),
        returned_message_ids=bounce.returned_message_ids,
        is_delayed=bounce.is_delayed,
    )


def _senders(headers: Headers, hint: str) -> tuple[tuple[Address, ...], tuple[Address, ...]]:
    """(From, Reply-To): a mail without From is from its Reply-To, else Sender, else Return-Path."""
    reply_to = parse_addresses(headers.all("reply-to"), hint)
    from_ = parse_addresses(headers.all("from"), hint)
    if not from_:
        from_ = reply_to[:1] or parse_addresses(headers.all("sender"), hint)[:1]
    if not from_:
        from_ = parse_addresses(headers.all("return-path"), hint)[:1]
    return from_, reply_to


def _is_auto_reply(root: Part, subject: str, body: Body, is_delayed: bool) -> bool:
    return is_delayed or auto_reply.is_auto_reply(root, subject, body.text)


def _warnings(headers: Headers, from_: tuple[Address, ...], budget: Budget) -> tuple[str, ...]:
    found: list[str] = []
    if any(other_address_in_name(address) for address in from_):
        found.append("name_shows_other_address")
    if len({value.strip() for value in headers.all("from")}) > 1:
        found.append("several_from")
    if headers.is_cut:
        found.append("cut_headers")
    if budget.is_cut:
        found.append("cut_parts")
    return tuple(found)


def _date(value: bytes) -> datetime | None:
    if not value:
        return None
    try:
        date = parsedate_to_datetime(value[:200].decode("latin-1"))
        return date.replace(tzinfo=UTC) if date.tzinfo is None else date.astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
