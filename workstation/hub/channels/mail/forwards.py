"""Who wrote a mail that was passed on: read from the forwarded head, shown as a hint and never believed."""

import re

from workstation.hub.channels.mail import quote_marks as marks

_SUBJECT = re.compile(r"(?i)\A\s*(?:fwd?|wg|wtr|weitergeleitet|i)\s?:")
_SENDER = re.compile(
    r"(?i)\A[>\s*_]{0,12}(?:from|von|de|da|van)\s?[*_]{0,2}\s?[:：][*_]{0,2}\s{0,5}(.{1,300})"
)
_ADDRESS = re.compile(r"[^\s<>\[\]():;,\"']{1,64}@[^\s<>\[\]():;,\"']{1,190}\.[^\s<>\[\]():;,\"'.]{2,20}")
_FORWARD_WORDS = re.compile(r"(?i)forwarded|weitergeleitet|inoltrato|transféré|réexpédié")
_LINES_OF_HEAD = 12
_MOST_LINES = 5_000


def forwarded_from(subject: str, text: str) -> str:
    """Return the address of whom a forwarded mail was from, empty when it is none or does not say."""
    lines = text.splitlines()[:_MOST_LINES]
    is_named = bool(_SUBJECT.match(subject))
    for index, line in enumerate(lines):
        short = line[: marks.MAX_LINE]
        is_head = bool(marks.FORWARD.match(short)) or (
            bool(marks.DIVIDER.match(short)) and (is_named or bool(_FORWARD_WORDS.search(short)))
        )
        if not is_head and not (is_named and _SENDER.match(short)):
            continue
        for inner in lines[index : index + _LINES_OF_HEAD]:
            found = _SENDER.match(inner[: marks.MAX_LINE])
            address = _ADDRESS.search(found[1]) if found else None
            if address:
                return address[0].casefold()
    return ""
