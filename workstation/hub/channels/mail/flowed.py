"""format=flowed (RFC 3676): lines that a client broke softly become whole paragraphs again."""


def unflow(text: str, is_delsp: bool) -> str:
    """Join soft line breaks within one quote depth and undo space-stuffing; `text` has plain line ends."""
    out: list[str] = []
    pending: list[str] = []
    pending_depth = 0

    def flush() -> None:
        if pending:
            joined = "".join(pending)
            out.append(f"{'>' * pending_depth} {joined}" if pending_depth else joined)
            pending.clear()

    for line in text.split("\n"):
        depth = len(line) - len(line.lstrip(">"))
        content = line[depth:]
        if content.startswith(" "):
            content = content[1:]
        if depth != pending_depth or content == "-- ":
            flush()
        pending_depth = depth
        is_soft = content.endswith(" ") and content != "-- "
        pending.append(content[:-1] if is_soft and is_delsp else content)
        if not is_soft:
            flush()
    flush()
    return "\n".join(out)
