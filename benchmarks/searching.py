"""T11, T12 and T13: what the index of words costs, what encryption costs, and how long a search takes."""

from __future__ import annotations

import itertools
import random
import time
from bisect import bisect
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import msgspec

from benchmarks import replicas
from benchmarks.measuring import Line, NotMeasured, Plan, interleaved, median, ms, percentile, rate, ratios
from workstation.casework.ids import derived_id
from workstation.casework.message import Message
from workstation.casework.wire import codec
from workstation.casework.wire.sync import FeedRow, PullAnswer
from workstation.ports import InboxFilter
from workstation.storage import ingest
from workstation.storage.opening import (
    READER_CACHE_KB,
    REPLICA_FILE,
    WRITER_CACHE_KB,
    open_replica,
    with_cache,
)
from workstation.storage.replica import SqlReplica
from workstation.storage.steps import REPLICA_STEPS, migrate
from workstation.system import keys, sqlite
from workstation.system.clock import SystemClock

_PAGE_ROWS = 1000
_VOCABULARY = 30_000
_EVENTS = 300_000
_REPEATS = 60


def measure_words(plan: Plan, folder: Path) -> list[Line]:
    """T11: take pages with and without finding their words."""
    pages = [replicas.page(number, _PAGE_ROWS, datetime.now(UTC)) for number in range(plan.size(10, 3))]
    turn = itertools.count()

    def with_words() -> float:
        return _take(_encrypted(folder / f"words-{next(turn)}"), pages)

    def without() -> float:
        index = ingest._index_words
        ingest._index_words = lambda *_: None
        try:
            return _take(_encrypted(folder / f"bare-{next(turn)}"), pages)
        finally:
            ingest._index_words = index

    found = interleaved(plan.rounds, {"limit": without, "ours": with_words})
    each = ratios(found["limit"], found["ours"])
    rows = len(pages) * _PAGE_ROWS
    return [
        Line(
            name="T11",
            what="pages of the feed taken with the index of words",
            limit=f"the same without it, {rate(rows / median(found['limit']))}",
            ours=rate(rows / median(found["ours"])),
            value=median(each),
            target=0.35,
            sense="least",
            rounds=each,
        )
    ]


def measure_encryption(plan: Plan, folder: Path) -> list[Line]:
    """T12: the same library with and without a key: taking pages, a page of the queue, a search, opening."""
    now = datetime.now(UTC)
    pages = [replicas.page(number, _PAGE_ROWS, now) for number in range(plan.size(10, 3))]
    turn = itertools.count()
    lines = [
        _line(
            "pages of the feed taken",
            interleaved(
                plan.rounds,
                {
                    "limit": lambda: _take(_plain(folder / f"plain-{next(turn)}"), pages),
                    "ours": lambda: _take(_encrypted(folder / f"sealed-{next(turn)}"), pages),
                },
            ),
            1.8,
        )
    ]
    key = keys.random_key()
    sides = {"limit": _plain(folder / "plain"), "ours": _encrypted(folder / "sealed", key)}
    for replica in sides.values():
        for one in pages:
            replica.apply_page(codec.decode(one, PullAnswer))
    acts: dict[str, Callable[[SqlReplica], object]] = {
        "a warm page of the queue": lambda replica: replica.queue_page(InboxFilter(), None, 100),
        "a warm search": lambda replica: replica.find("zerbrochen 17"),
    }
    for what, act in acts.items():
        runs = {name: partial(_median_of, act, replica) for name, replica in sides.items()}
        lines.append(_line(what, interleaved(plan.rounds, runs), 1.6))
    opening = []
    for _ in range(plan.size(20, 5)):
        begun = time.perf_counter()
        connection = sqlite.open_connection(folder / "sealed" / REPLICA_FILE, key, "read")
        opening.append(time.perf_counter() - begun)
        connection.close()
    for replica in sides.values():
        replica.close()
    lines.append(
        Line(
            name="T12",
            what="opening the encrypted replica, key at hand",
            limit="1 ms",
            ours=ms(median(opening)),
            value=median(opening) * 1000,
            unit="ms",
            target=1.0,
        )
    )
    return lines


def measure_search(plan: Plan, folder: Path) -> list[Line]:
    """T13: searches among 300,000 messages whose words are as rare and as common as in a language."""
    events = plan.size(_EVENTS, 5_000)
    replica = _encrypted(folder / "search")
    words = _Words(random.Random(17))
    for page in _pages_of_words(words, events):
        replica.apply_page(page)
    asked = {
        "a rare word": words.word(_VOCABULARY - 50),
        "a common word": words.word(3),
        "two words": f"{words.word(40)} {words.word(90)}",
        "the beginning of a word": words.word(9)[:3],
    }
    lines = []
    for what, text in asked.items():
        spans = []
        for _ in range(_REPEATS):
            begun = time.perf_counter()
            found = replica.find(text)
            spans.append(time.perf_counter() - begun)
        if not found and not plan.is_quick:
            raise NotMeasured(f"nothing is found for {what}")
        late = percentile(spans, 99)
        lines.append(
            Line(
                name="T13",
                what=f"searching {events:,} messages for {what}, 99th percentile",
                limit="20 ms",
                ours=f"{ms(late)}, median {ms(median(spans))}",
                value=late * 1000,
                unit="ms",
                target=20.0,
            )
        )
    replica.close()
    return lines


class _Words:
    """Words whose frequency falls as in a language: the n-th as often as 1/n."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        syllables = ["ka", "le", "mo", "ri", "su", "te", "no", "ba", "di", "fe", "gu", "ha", "ji", "pa", "wo"]
        self._known = [
            "".join(chance.choice(syllables) for _ in range(2 + place % 4)) + str(place)
            for place in range(_VOCABULARY)
        ]
        weights = itertools.accumulate(1 / (place + 1) for place in range(_VOCABULARY))
        self._sums = list(weights)

    def word(self, place: int) -> str:
        """Return the word at a place, the most common first."""
        return self._known[place]

    def text(self, count: int) -> str:
        """Return a text of ``count`` words."""
        total = self._sums[-1]
        return " ".join(self._known[bisect(self._sums, self._chance.random() * total)] for _ in range(count))


def _pages_of_words(words: _Words, events: int) -> Iterator[PullAnswer]:
    now = datetime.now(UTC)
    for start in range(0, events, _PAGE_ROWS):
        rows = []
        for number in range(start, min(start + _PAGE_ROWS, events)):
            message = Message(
                message_id=derived_id("message", str(number)),
                case_id=derived_id("case", str(number // 5)),
                kind="inbound",
                at=now - timedelta(seconds=number),
                author_id="customer",
                author_name="Erika Beispiel",
                subject=words.text(4),
                text=words.text(50),
                rev=1,
            )
            body = msgspec.Raw(codec.encode(message))
            rows.append(
                FeedRow(
                    scope=replicas.SCOPE,
                    seq=number + 1,
                    entity="message",
                    id=message.message_id,
                    rev=1,
                    body=body,
                )
            )
            if number % 5 == 0:
                case = replicas.a_case(number // 5, now)
                rows.append(
                    FeedRow(
                        scope=replicas.SCOPE,
                        seq=number + 1,
                        entity="case",
                        id=case.case_id,
                        rev=1,
                        body=msgspec.Raw(codec.encode(case)),
                    )
                )
        yield PullAnswer(
            generation="g",
            rows=tuple(rows),
            cursors={replicas.SCOPE: start + _PAGE_ROWS},
            heads={replicas.SCOPE: events},
            scopes=(replicas.SCOPE,),
            server_time=now,
            more=start + _PAGE_ROWS < events,
        )


def _line(what: str, found: dict[str, list[float]], target: float) -> Line:
    each = ratios(found["ours"], found["limit"])
    return Line(
        name="T12",
        what=f"{what}, encrypted",
        limit=f"the same without a key, {ms(median(found['limit']))}",
        ours=ms(median(found["ours"])),
        value=median(each),
        target=target,
        rounds=each,
    )


def _median_of(act: Callable[[SqlReplica], object], replica: SqlReplica) -> float:
    spans = []
    for _ in range(_REPEATS):
        begun = time.perf_counter()
        act(replica)
        spans.append(time.perf_counter() - begun)
    return median(spans)


def _take(replica: SqlReplica, pages: list[bytes]) -> float:
    begun = time.perf_counter()
    for one in pages:
        replica.apply_page(codec.decode(one, PullAnswer))
    seconds = time.perf_counter() - begun
    replica.close()
    return seconds


def _encrypted(folder: Path, key: bytes | None = None) -> SqlReplica:
    folder.mkdir(parents=True)
    return open_replica(folder, key or keys.random_key(), SystemClock())


def _plain(folder: Path) -> SqlReplica:
    """Return a replica in a file without a key; the product never makes one."""
    folder.mkdir(parents=True)
    path = folder / REPLICA_FILE
    writer = with_cache(sqlite.engine(path, None, "normal"), WRITER_CACHE_KB)
    migrate(writer, REPLICA_STEPS, path)
    return SqlReplica(writer, with_cache(sqlite.engine(path, None, "read", connections=3), READER_CACHE_KB))
