"""What a mail says about the case it belongs to: candidates only, looked up exactly by the intake."""

import re

from workstation.hub.channels.mail.parsed import ParsedMail

MAX_CANDIDATES = 200
# In brackets only, and never as part of a longer word, address or attribute.
_TOKEN = re.compile(r"(?<![\w=\"'/&#])\[#(\d{1,12})\](?![\w=\"'])")
_REPLY_PREFIX = re.compile(
    r"(?i)\A\s*(?:re|aw|antw|antwort|wg|fw|fwd|tr|rv|sv|vs|odp|ynt|r|i|ref|betr)\s{0,3}(?:\[\d{1,3}\]"
    r"|\(\d{1,3}\))?\s{0,3}[:：]\s*"
)


def message_id_candidates(mail: ParsedMail) -> tuple[str, ...]:
    """Ids that may be ours, most telling first: In-Reply-To, References from the last back, enclosed."""
    ids = dict.fromkeys(mail.in_reply_to[:MAX_CANDIDATES])
    ids.update(dict.fromkeys(reversed(mail.references[-MAX_CANDIDATES:])))
    ids.update(dict.fromkeys(mail.returned_message_ids[:MAX_CANDIDATES]))
    return tuple(ids)[:MAX_CANDIDATES]


def subject_tokens(subject: str) -> tuple[str, ...]:
    """Case numbers written as `[#48213]` in a subject. They count only when the sender is in that case."""
    return tuple(dict.fromkeys(_TOKEN.findall(subject[:10_000])))


def subject_token(case_number: int | str) -> str:
    """The token to put into our subjects, e.g. `[#48213]`."""
    return f"[#{case_number}]"


def bare_subject(subject: str) -> str:
    """The subject without reply prefixes and tokens, for showing; never for joining cases."""
    rest = _TOKEN.sub("", subject)
    for _ in range(20):
        shorter = _REPLY_PREFIX.sub("", rest, count=1)
        if shorter == rest:
            break
        rest = shorter
    return " ".join(rest.split())


def reply_subject(subject: str, case_number: int | str | None = None) -> str:
    """`Re: ` once, the bare subject, and the token of the case at its end."""
    token = f" {subject_token(case_number)}" if case_number is not None else ""
    return f"Re: {bare_subject(subject)}{token}".strip()
