"""Folding of quoted text and signatures: every character stays, a part of it is shown on demand."""

import re
from dataclasses import dataclass
from typing import Literal

from workstation.hub.channels.mail import quote_marks as marks

Kind = Literal["visible", "quoted", "signature"]
_MAX_LINES = 20_000
_INTRODUCTION_LINES = 6
_SIGNATURE_LINES = 20
_LEAST_CONTACTS = 2
"""One line that looks like an address may be what the mail is about."""


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of whole lines. The texts of all blocks joined are the text that was folded."""

    kind: Kind
    text: str

    @property
    def is_folded(self) -> bool:
        """Whether it is shown only on demand."""
        return self.kind != "visible"


def fold(text: str) -> tuple[Block, ...]:
    """Split `text` (plain line ends) into visible, quoted and signature blocks; nothing is deleted.

    If nothing but quotation would be left, all of it stays visible.
    """
    lines = text.splitlines(keepends=True) if "\r" not in text and "\x0b" not in text else _split(text)
    head, tail = lines[:_MAX_LINES], lines[_MAX_LINES:]
    kinds = _kinds([line.rstrip("\r\n")[: marks.MAX_LINE] for line in head])
    kinds += [kinds[-1] if kinds else "visible"] * len(tail)
    if not any(kind == "visible" and line.strip() for kind, line in zip(kinds, lines, strict=True)):
        return (Block("visible", text),) if text else ()
    return _blocks(lines, kinds)


def visible_text(text: str) -> str:
    """What the writer wrote new: the visible blocks, without blank ends."""
    return "".join(block.text for block in fold(text) if not block.is_folded).strip()


def _split(text: str) -> list[str]:
    return re.findall(r"[^\n]*\n|[^\n]+", text)


def _blocks(lines: list[str], kinds: list[Kind]) -> tuple[Block, ...]:
    blocks: list[Block] = []
    start = 0
    for index in range(1, len(lines) + 1):
        if index == len(lines) or kinds[index] != kinds[start]:
            blocks.append(Block(kinds[start], "".join(lines[start:index])))
            start = index
    return tuple(blocks)


def _kinds(lines: list[str]) -> list[Kind]:
    kinds: list[Kind] = ["visible"] * len(lines)
    index = 0
    while index < len(lines):
        end = _quoted_until(lines, index)
        if end > index:
            kinds[index:end] = ["quoted"] * (end - index)
            index = end
        else:
            index += 1
    _mark_signatures(lines, kinds)
    _mark_contact_blocks(lines, kinds)
    _fill_blank_lines(lines, kinds)
    return kinds


def _quoted_until(lines: list[str], index: int) -> int:
    """The line after the quotation that begins at `index`, or `index` if none begins there."""
    line = lines[index]
    if not line.strip():
        return index
    if marks.QUOTED.match(line):
        return _end_of_marked(lines, index)
    if (
        marks.INTRODUCTION_INLINE.match(line)
        or marks.DIVIDER.match(line)
        or marks.FORWARD.match(line)
        or marks.REPLY_ABOVE.match(line)
    ):
        return len(lines)
    if _is_header_block(lines, index):
        return len(lines)
    if marks.RULE.match(line):
        following = _next_text(lines, index + 1)
        if following < len(lines) and _is_header_block(lines, following, after_rule=True):
            return len(lines)
        return index
    after = _after_introduction(lines, index)
    if after == index:
        return index
    following = _next_text(lines, after)
    if following < len(lines) and marks.QUOTED.match(lines[following]):
        return _end_of_marked(lines, following)
    return len(lines)


def _end_of_marked(lines: list[str], index: int) -> int:
    """The end of lines with quote marks; blank lines between them belong to them."""
    end = index
    while index < len(lines):
        if marks.QUOTED.match(lines[index]):
            end = index + 1
        elif lines[index].strip():
            # One short line torn off a marked one by wrapping is quoted too.
            is_torn = end == index and len(lines[index - 1]) > 65 and index + 1 < len(lines)
            if not (is_torn and len(lines[index].split()) <= 2 and marks.QUOTED.match(lines[index + 1])):
                break
        index += 1
    return end


def _next_text(lines: list[str], index: int) -> int:
    while index < len(lines) and not lines[index].strip():
        index += 1
    return index


def _after_introduction(lines: list[str], index: int) -> int:
    """The line after "Am ... schrieb ...:" that begins at `index` (it may be wrapped), or `index`."""
    if not marks.INTRODUCTION_START.match(lines[index]):
        return index
    joined = ""
    for count in range(1, _INTRODUCTION_LINES + 1):
        if index + count > len(lines):
            break
        piece = lines[index + count - 1].strip()
        if not piece and count > 1 and not joined.rstrip().endswith((",", "schrieb", "wrote")):
            break
        joined = f"{joined} {piece}".strip()
        if len(joined) > 500:
            break
        if joined.rstrip(" *_").endswith((":", "：")) and marks.INTRODUCTION_WORD.search(joined):
            if marks.INTRODUCTION.match(joined):
                return index + count
            break
    return index


def _is_header_block(lines: list[str], index: int, after_rule: bool = False) -> bool:
    """Whether "Von: / Gesendet: / An: / Betreff:" begins here: a sender or date, and enough of the others."""
    first = marks.HEADER_LINE.match(lines[index])
    if first is None:
        return False
    keys: set[str] = set()
    misses = 0
    for line in lines[index : index + 14]:
        found = marks.HEADER_LINE.match(line)
        if found:
            keys.add(found[1].lower().split()[0])
            misses = 0
        elif not line.strip() and len(keys) >= 3:
            break
        else:
            misses += 1
            if misses > 2:
                break
    senders = len(keys & marks.SENDER_KEYS)
    kinds = senders + bool(keys & marks.DATE_KEYS) + bool(keys & marks.SUBJECT_KEYS)
    if not senders:
        return bool(after_rule and kinds == 2 and len(keys) >= 3)
    return kinds >= 2 and len(keys) >= (2 if after_rule else 3)


def _mark_signatures(lines: list[str], kinds: list[Kind]) -> None:
    """From a signature mark to the next quotation or the end; lines that clients add stand alone."""
    index = 0
    while index < len(lines):
        if kinds[index] != "visible":
            index += 1
            continue
        line = lines[index]
        is_mark = index > 0 and (bool(marks.SIGNATURE_MARK.match(line)) or _is_footer(lines, kinds, index))
        if not is_mark and not marks.CLIENT_LINE.match(line):
            index += 1
            continue
        kinds[index] = "signature"
        index += 1
        while is_mark and index < len(lines) and kinds[index] == "visible":
            kinds[index] = "signature"
            index += 1


def _mark_contact_blocks(lines: list[str], kinds: list[Kind]) -> None:
    """Fold how somebody is reached below closing words and name; a sentence there keeps all of it visible."""
    index = 0
    while index < len(lines):
        end = index + 1
        if kinds[index] == "visible" and marks.CLOSING.match(lines[index]):
            while end < len(lines) and kinds[end] == "visible":
                end += 1
            start = _contact_from(lines, index + 1, end)
            kinds[start:end] = ["signature"] * (end - start)
        index = end


def _contact_from(lines: list[str], start: int, end: int) -> int:
    """The first line below the name, if what stands there is nothing but a signature, else `end`."""
    name = _next_text(lines[:end], start)
    below = name + 1
    while below < end and lines[below].strip() and not marks.CONTACT.match(lines[below]) and below < name + 2:
        below += 1
    contacts = 0
    for index in range(below, end):
        line = lines[index]
        if contacts and marks.DISCLAIMER.match(line):
            break
        is_contact = bool(marks.CONTACT.match(line))
        contacts += is_contact
        if index - below > _SIGNATURE_LINES or (not is_contact and marks.SENTENCE.search(line)):
            return end
    return below if contacts >= _LEAST_CONTACTS else end


def _is_footer(lines: list[str], kinds: list[Kind], index: int) -> bool:
    """Whether a mailing list's footer begins here, or the line is a name with a dash that ends the answer."""
    following = _next_text(lines, index + 1)
    if marks.RULE.match(lines[index]):
        return _is_list_rule(lines, index)
    is_last = following == len(lines) or kinds[following] != "visible" or _is_list_rule(lines, following)
    return is_last and not lines[index - 1].strip() and bool(marks.DASH_NAME.match(lines[index]))


def _is_list_rule(lines: list[str], index: int) -> bool:
    following = _next_text(lines, index + 1)
    is_rule = bool(marks.RULE.match(lines[index]))
    return is_rule and following < len(lines) and bool(marks.LIST_FOOTER.search(lines[following]))


def _fill_blank_lines(lines: list[str], kinds: list[Kind]) -> None:
    """Blank lines between two folded stretches fold with the first of them."""
    index = 0
    while index < len(lines):
        if (
            kinds[index] == "visible"
            and not lines[index].strip()
            and index > 0
            and kinds[index - 1] != "visible"
        ):
            end = _next_text(lines, index)
            if end == len(lines) or kinds[end] != "visible":
                kinds[index:end] = [kinds[index - 1]] * (end - index)
            index = end
        else:
            index += 1
