"""Message ids out of headers and text: exact, without brackets."""

import re

from workstation.hub.channels.mail.charsets import clean_line
from workstation.hub.channels.mail.encoded_words import decode_words

MAX_IDS = 1_000
_BRACKETED = re.compile(r"<([^<>]{1,998})>")
_BARE = re.compile(r"[^\s<>,;\"()]{1,500}@[^\s<>,;\"()]{1,400}")


def message_ids(values: list[bytes]) -> tuple[str, ...]:
    """All ids of the raw header values in order, without brackets, blanks inside or repetitions."""
    found: dict[str, None] = {}
    for value in values:
        text = clean_line(decode_words(value.decode("latin-1")))
        bracketed = ["".join(inner.split()) for inner in _BRACKETED.findall(text)]
        # "Your message of Monday <id>": only what stands in brackets; without any, bare ids count.
        candidates = [one for one in bracketed if one] or _BARE.findall(text[:20_000])
        for one in candidates:
            found.setdefault(one)
            if len(found) >= MAX_IDS:
                return tuple(found)
    return tuple(found)


def own_message_id(values: list[bytes]) -> str | None:
    """The id of the mail itself, or None; also ids without brackets or without an @."""
    for value in values:
        ids = message_ids([value])
        if ids:
            return ids[0]
        bare = clean_line(value.decode("utf-8", "replace")).strip("<> ")
        if bare:
            return bare.split()[0]
    return None
