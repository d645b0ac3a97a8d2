"""`python -m tests.wire` records the messages and shapes of the present schema, unless they break what was"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import msgspec

from tests.wire.messages import going_down, going_up, messages_of, shapes_of
from workstation.casework.wire.codec import SCHEMA

RECORDED = Path(__file__).parent / "recorded"


def recording() -> bytes:
    """Return the present schema as it is kept: a line a message, so that a change is seen in a review."""
    up, down = going_up(), going_down()
    parts: dict[str, Any] = {
        "schema": SCHEMA,
        "up": {name: messages_of(kind) for name, kind in up.items()},
        "down": {name: messages_of(kind) for name, kind in down.items()},
        "hub_reads": shapes_of(up),
        "desk_reads": shapes_of(down),
    }
    lines = []
    for name, part in parts.items():
        if not isinstance(part, dict):
            lines.append(f'"{name}": {part}')
            continue
        rows = [f'  "{one}": {msgspec.json.encode(value).decode()}' for one, value in part.items()]
        lines.append(f'"{name}": {{\n' + ",\n".join(rows) + "\n}")
    return ("{\n" + ",\n".join(lines) + "\n}\n").encode()


def main() -> int:
    """Write the file of the present schema; returns the exit code."""
    path = RECORDED / f"schema_{SCHEMA}.json"
    if path.exists():
        from tests.wire.keeping import broken_by

        broken = broken_by(path)
        if broken:
            print("\n".join(broken), file=sys.stderr)
            print("Older programs cannot live with that: give the schema a new number.", file=sys.stderr)
            return 1
    RECORDED.mkdir(exist_ok=True)
    path.write_bytes(recording())
    print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
