"""Generated mails no parser should have to read, taken in by the real intake: received = shown."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.hub.intake.mails import a_bounce, a_mail
from tests.hub.mail.build import multi
from tests.hub.small_firm import TEAM, TENANT, small_firm
from workstation.casework.message import Message
from workstation.hub.channels.mail.reading import LimitedReader
from workstation.hub.channels.mail.worker import ParseWorker
from workstation.hub.ports_mail import RawMail
from workstation.hub.services.intake import Intake, IntakePorts
from workstation.hub.storage.books import open_books
from workstation.hub.storage.intake_ledger import open_intake_ledger

Chance = random.Random
Breaking = Callable[[bytes, Chance], bytes]


def _flipped(raw: bytes, chance: Chance) -> bytes:
    out = bytearray(raw)
    for _ in range(chance.choice((1, 5, 50))):
        out[chance.randrange(len(out))] ^= 1 << chance.randrange(8)
    return bytes(out)


def _cut(raw: bytes, chance: Chance) -> bytes:
    return raw[: chance.randrange(len(raw) + 1)]


def _doubled(raw: bytes, chance: Chance) -> bytes:
    at = chance.randrange(len(raw))
    return raw[:at] + raw[chance.randrange(len(raw)) :] + raw[at:]


def _bare_lines(raw: bytes, chance: Chance) -> bytes:
    return raw.replace(b"\r\n", chance.choice((b"\n", b"\r", b"\n\r", b"\r\r\n")))


def _nul_bytes(raw: bytes, chance: Chance) -> bytes:
    at = chance.randrange(len(raw))
    return raw[:at] + b"\x00" * chance.choice((1, 100)) + raw[at:]


def _long_header(raw: bytes, chance: Chance) -> bytes:
    return b"X-Long: " + b"a" * chance.choice((998, 10_000, 200_000)) + b"\r\n" + raw


def _many_headers(raw: bytes, chance: Chance) -> bytes:
    return b"".join(b"Received: from x\r\n" for _ in range(chance.choice((100, 5_000)))) + raw


def _wrong_charset(raw: bytes, chance: Chance) -> bytes:
    wrong = chance.choice((b"utf-7", b"x-unknown", b"utf-16", b"idna", b"\xff\xfe", b"rot13"))
    return raw.replace(b"utf-8", wrong)


def _wrong_encoding(raw: bytes, chance: Chance) -> bytes:
    wrong = chance.choice((b"base64", b"quoted-printable", b"x-uuencode", b"binary", b"nonsense"))
    return raw.replace(b"8bit", wrong)


def _encoded_word(raw: bytes, chance: Chance) -> bytes:
    word = chance.choice(
        (b"=?utf-8?B?////?=", b"=?x?Q?=FF=00?=", b"=?utf-8?Q?" + b"=C3" * 500 + b"?=", b"=?=?=?=")
    )
    return raw.replace(b"Subject: ", b"Subject: " + word + b" ")


def _noise(raw: bytes, chance: Chance) -> bytes:
    return chance.randbytes(chance.choice((0, 1, 100, 20_000)))


BREAKINGS: tuple[Breaking, ...] = (
    _flipped,
    _cut,
    _doubled,
    _bare_lines,
    _nul_bytes,
    _long_header,
    _many_headers,
    _wrong_charset,
    _wrong_encoding,
    _encoded_word,
    _noise,
)


def _deep(depth: int) -> bytes:
    head = b"From: erika@kundin.test\r\nSubject: tief\r\n"
    inner = b"Content-Type: text/plain\r\n\r\nHallo"
    for level in range(depth):
        mark = f"B{level}".encode()
        inner = b'Content-Type: multipart/mixed; boundary="' + mark + b'"\r\n\r\n--' + mark + b"\r\n" + inner
        inner += b"\r\n--" + mark + b"--\r\n"
    return head + inner


def mails(count: int, seed: int = 1) -> list[bytes]:
    """Return that many broken mails, the same for the same seed."""
    chance = Chance(seed)
    sound = (
        a_mail("Grüße über die Schüssel"),
        a_bounce("m1@shop.test"),
        multi("alternative", ("Content-Type: text/plain", "Hallo"), ("Content-Type: text/html", "<p>Hallo")),
        multi(
            "mixed", ("Content-Type: text/plain", "Hallo"), ("Content-Type: application/ms-tnef", b"\x78\x9f")
        ),
        _deep(300),
    )
    made = []
    for number in range(count):
        raw = chance.choice(sound).replace(b"m1@kundin.test", f"b{number}@kundin.test".encode())
        for _ in range(chance.choice((1, 1, 2, 4))):
            raw = chance.choice(BREAKINGS)(raw, chance) or b"\r\n"
        made.append(raw)
    return made


def take_in(count: int) -> list[str]:
    """Take broken mails in; returns what is wrong afterwards."""
    raws = mails(count)
    with tempfile.TemporaryDirectory() as folder, small_firm(Path(folder)) as (database, clock):
        with ParseWorker() as worker:
            ports = IntakePorts(database, open_intake_ledger, open_books, LimitedReader(worker), clock)
            intake = Intake(ports, TENANT, TEAM)
            rows = [
                intake.take(RawMail("service", 1, uid, raw, clock.now())) for uid, raw in enumerate(raws, 1)
            ]
        broken = [
            f"i21: mail {row.uid} is {row.state}" for row in rows if row.state not in ("done", "repeat")
        ]
        shown = database.read(TENANT, lambda tx: tx.get_many(Message, {row.message_id for row in rows}))
        broken += [f"i06: mail {row.uid} is not shown" for row in rows if row.message_id not in shown]
        kept = [
            row for row, raw in zip(rows, raws, strict=True) if database.blobs.read(TENANT, row.sha256) != raw
        ]
        broken += [f"i06: the bytes of mail {row.uid} are not kept" for row in kept]
        found = database.check_invariants(TENANT)
    return broken + [f"{rule[:3]}: {rule}: {', '.join(ids[:3])}" for rule, ids in found.items()]
