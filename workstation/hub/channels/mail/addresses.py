"""Address lists: one pass from left to right, tolerant of what senders write, never a guess at identity."""

import re

from workstation.hub.channels.mail.charsets import clean_line
from workstation.hub.channels.mail.encoded_words import decode_words
from workstation.hub.channels.mail.parsed import Address

MAX_ADDRESSES = 10_000
_PLAIN = re.compile(r"[^\"()<>,;:=\\\s]+")
_WORD = re.compile(r"=\?[^?\s]{1,80}\?[bBqQ]\?[^?\r\n]{0,2000}\?=")
_NOT_IN_ADDRESS = frozenset('<>()",;:@')
_SPACE = re.compile(r"\s+")
_ADDRESS = re.compile(r"[^\s<>()\",;:@]+@[^\s<>()\",;:@]+")
_UNCLOSED_END = re.compile(r"[,;<]|\Z")
_WHOLE = re.compile(r"(.*?)<\s*([^<>\s]+@[^<>\s]+)\s*>\s*\Z", re.DOTALL)
_ROUTE = re.compile(r"\A\s*(?:,?\s*@[^:,]+)(?:,+\s*@[^:,]+)*\s*:\s*")

# Kinds of token: text outside quotes, quoted text, comment, <...>, and the marks , ; :
_Token = tuple[str, str]


def parse_addresses(values: list[bytes], hint: str = "") -> tuple[Address, ...]:
    """All mailboxes of the raw header values, in order; groups are opened, empty entries left out."""
    found: list[Address] = []
    for value in values:
        entries = _entries(_tokens(value.decode("latin-1")))
        for entry in _join_split_names(entries):
            found.extend(_mailboxes(entry, hint))
            if len(found) >= MAX_ADDRESSES:
                return tuple(found[:MAX_ADDRESSES])
    return tuple(found)


def other_address_in_name(address: Address) -> str | None:
    """An address that the display name shows though the mail is from another one (phishing), or None."""
    shown = _find_address(address.name[:2_000])
    if not shown:
        return None
    candidate = shown.strip(".'`").lower()
    return candidate if candidate != address.address.lower() else None


def _tokens(text: str) -> list[_Token]:
    tokens: list[_Token] = []
    position, length = 0, len(text)
    last_close = {")": text.rfind(")"), '"': text.rfind('"'), ">": text.rfind(">")}
    while position < length:
        mark = text[position]
        word = _WORD.match(text, position) if mark == "=" else None
        if word:
            tokens.append(("word", word[0]))
            position = word.end()
        elif mark == '"' and last_close['"'] > position:
            content, position = _quoted(text, position + 1)
            tokens.append(("quoted", content))
        elif mark == "(" and last_close[")"] > position:
            content, after = _comment(text, position + 1)
            if after > length:  # never closed: then no later one closes either, and nothing is hidden in it
                last_close[")"] = -1
                after = position + 1
            else:
                tokens.append(("comment", content))
            position = after
        elif mark == "<":
            content, position = _angle(text, position + 1, last_close[">"])
            tokens.append(("angle", content))
        elif mark in ",;:":
            tokens.append((mark, mark))
            position += 1
        elif mark.isspace():
            tokens.append(("space", " "))
            position = _SPACE.match(text, position).end()  # type: ignore[union-attr]
        else:
            plain = _PLAIN.match(text, position)
            if plain:
                tokens.append(("text", plain[0]))
                position = plain.end()
            else:
                if mark not in '">()':
                    tokens.append(("text", mark))
                position += 1
    return tokens


def _quoted(text: str, position: int) -> tuple[str, int]:
    out: list[str] = []
    while position < len(text):
        mark = text[position]
        if mark == "\\" and position + 1 < len(text):
            out.append(text[position + 1])
            position += 2
            continue
        position += 1
        if mark == '"':
            break
        out.append(mark)
    return "".join(out), position


def _comment(text: str, position: int) -> tuple[str, int]:
    """Nested comments are counted, not recursed into; an offset past the end says: never closed."""
    out: list[str] = []
    depth = 1
    while position < len(text):
        mark = text[position]
        position += 1
        if mark == "\\" and position < len(text):
            out.append(text[position])
            position += 1
            continue
        depth += (mark == "(") - (mark == ")")
        if depth == 0:
            return "".join(out), position
        out.append(mark)
    return "", len(text) + 1


def _angle(text: str, position: int, last_close: int) -> tuple[str, int]:
    while position < len(text) and text[position] in "< \t":
        position += 1
    if last_close < position:
        stop = _UNCLOSED_END.search(text, position)
        end = stop.start() if stop else len(text)
        return text[position:end], end
    end = position
    is_quoted = False
    while end < len(text):
        mark = text[end]
        if mark == "\\":
            end += 1
        elif mark == '"':
            is_quoted = not is_quoted
        elif mark == ">" and not is_quoted:
            break
        elif mark == "<" and not is_quoted:
            return text[position:end], end
        end += 1
    if end >= len(text):  # a stray quote swallowed the closing mark
        end = text.find(">", position)
    return text[position:end], end + 1


def _entries(tokens: list[_Token]) -> list[list[_Token]]:
    """Tokens of each mailbox; a group's name and marks are dropped."""
    entries: list[list[_Token]] = [[]]
    for token in tokens:
        kind = token[0]
        if kind in ",;":
            entries.append([])
        elif kind == ":":
            words = [text for name, text in entries[-1] if name in ("text", "word", "quoted")]
            if words and words[-1].lower() == "mailto":
                entries[-1] = [t for t in entries[-1] if t[1].lower() != "mailto"]
            elif any(name == "angle" or "@" in text for name, text in entries[-1]):
                entries[-1].append(("text", ":"))
            else:
                entries[-1] = []
        else:
            entries[-1].append(token)
    return [entry for entry in entries if any(kind != "space" for kind, _text in entry)]


def _join_split_names(entries: list[list[_Token]]) -> list[list[_Token]]:
    """`Doe, Jane <jane@example.org>` without quotes is one mailbox."""
    joined: list[list[_Token]] = []
    for entry in entries:
        if joined and not _has_address(joined[-1]) and any(kind == "angle" for kind, _text in entry):
            joined[-1] = [*joined[-1], ("text", ","), ("space", " "), *entry]
        else:
            joined.append(entry)
    return joined


def _has_address(entry: list[_Token]) -> bool:
    return any(kind == "angle" or (kind in ("text", "quoted") and "@" in text) for kind, text in entry)


def _mailboxes(entry: list[_Token], hint: str) -> list[Address]:
    angles = [_bare_address(text) for kind, text in entry if kind == "angle"]
    angles = [address for address in angles if address]
    comments = [clean_line(decode_words(text, hint)) for kind, text in entry if kind == "comment"]
    if angles:
        name = _name([token for token in entry if token[0] not in ("angle", "comment")], hint)
        name = name or " ".join(filter(None, comments))
        return [Address(name if i == 0 else "", _decoded_address(a, hint)) for i, a in enumerate(angles)]
    without = _without_angle(
        [token for token in entry if token[0] not in ("angle", "comment")], comments, hint
    )
    if any(kind == "angle" for kind, _text in entry):  # "Erika <>": what stands before is a name
        return [Address(one.name or one.address, "") if "@" not in one.address else one for one in without]
    return without


def _without_angle(tokens: list[_Token], comments: list[str], hint: str) -> list[Address]:
    comment = " ".join(filter(None, comments))
    compact = "".join('"' + text + '"' if kind == "quoted" else text for kind, text in tokens).strip()
    if compact.count("@") == 1:
        compact = re.sub(r" ?@ ?", "@", compact)
    if "@" in compact and not any(kind == "word" for kind, _text in tokens):
        address = _pick_address(compact)
        if address:
            rest = _SPACE.sub(" ", clean_line(decode_words(compact.replace(address, " ", 1), hint))).strip(
                "<>\"' "
            )
            return [Address(comment or rest, _decoded_address(address, hint))]
    name = _name(tokens, hint)
    whole = _WHOLE.match(name) if name.endswith(">") and len(name) < 2_000 else None
    if whole:  # the whole mailbox was put into one encoded word or one pair of quotes
        return [Address(clean_line(whole[1]).strip("\"' "), whole[2])]
    if not name:
        return []
    is_one_word = " " not in name and all(kind in ("text", "space") for kind, _text in tokens)
    if is_one_word or _ADDRESS.fullmatch(name):
        return [Address(comment, name)]
    return [Address(name, "")]


def _pick_address(compact: str) -> str:
    """The address in text without brackets."""
    if compact.startswith('"') and re.fullmatch(r'"[^"]*"@[^\s@]+', compact):
        return compact
    words = [word for word in compact.split() if "@" in word]
    if not words:
        return compact
    best = max(words[:1000], key=lambda word: (bool(_find_address(word[:1_000])), word == words[-1]))
    if best.strip() == "@" or best.startswith("@") or best.endswith("@"):
        return compact
    if best.count("@") > 1:
        return best.strip("<>\"'")
    return _find_address(best) or best


def _find_address(text: str) -> str:
    """The first thing like an address in `text`, or nothing; each @ is looked at once."""
    at = text.find("@")
    for _ in range(20):
        if at < 0:
            break
        start = end = at
        while start > 0 and text[start - 1] not in _NOT_IN_ADDRESS and not text[start - 1].isspace():
            start -= 1
        while end + 1 < len(text) and text[end + 1] not in _NOT_IN_ADDRESS and not text[end + 1].isspace():
            end += 1
        if start < at < end:
            return text[start : end + 1]
        at = text.find("@", at + 1)
    return ""


def _bare_address(text: str) -> str:
    """What stands between < and >: without comments, spaces, source route and `mailto:`."""
    text = _ROUTE.sub("", text)
    if "(" in text:
        text = "".join(
            part if kind != "quoted" else f'"{part}"' for kind, part in _tokens(text) if kind != "comment"
        )
    text = text.strip()
    if text.lower().startswith("mailto:"):
        text = text[7:]
    quoted = re.match(r'\A("(?:[^"\\]|\\.)*")\s*(@.*)\Z', text, re.DOTALL)
    if quoted:
        return quoted[1] + _SPACE.sub("", quoted[2])
    return _SPACE.sub("", text).strip("'\"")


def _decoded_address(address: str, hint: str) -> str:
    return _SPACE.sub(" ", clean_line(decode_words(address, hint))).strip()


def _name(tokens: list[_Token], hint: str) -> str:
    raw = "".join(text for kind, text in tokens if kind != "comment")
    return clean_line(_SPACE.sub(" ", decode_words(raw.strip(), hint)))
