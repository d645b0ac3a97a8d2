"""The child process that reads mails: its limits hold, and the next mail is read all the same."""

import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.process import BaseProcess

import pytest

from tests.hub.mail.build import mail
from workstation.hub.channels.mail import parse
from workstation.hub.channels.mail.parsed import ParsedMail, ParseFailure
from workstation.hub.channels.mail.worker import MAX_RAW_BYTES, ParseWorker


def _children() -> list[BaseProcess]:
    return [one for one in multiprocessing.active_children() if one.name == "mail-reader"]


@pytest.fixture(scope="module")
def worker() -> Iterator[ParseWorker]:
    with ParseWorker() as one:
        yield one


def test_it_reads_like_parse_itself(worker: ParseWorker) -> None:
    raw = mail(body="Grüße")
    assert worker.parse(raw) == parse(raw)
    assert worker.sanitise("<p onclick=x>Hallo</p><script>y</script>") == "<p>Hallo</p>"


def test_a_killed_child_costs_one_answer_only() -> None:
    before = set(_children())
    with ParseWorker() as other:
        assert isinstance(other.parse(mail()), ParsedMail)
        (child,) = set(_children()) - before
        _killed(child)
        assert isinstance(other.parse(mail()), ParsedMail)


def _killed(child: BaseProcess) -> None:
    assert child.pid is not None
    os.kill(child.pid, signal.SIGTERM)
    child.join(60)


def test_too_large_is_said_at_once(worker: ParseWorker) -> None:
    started = time.perf_counter()
    assert worker.parse(bytes(MAX_RAW_BYTES + 1)) == ParseFailure("too_large")
    assert time.perf_counter() - started < 15, "it was handed to the child"


def test_time_is_limited_and_the_next_mail_is_read() -> None:
    before = set(_children())
    with ParseWorker(timeout_s=60) as worker:
        assert isinstance(worker.parse(mail()), ParsedMail)
        (child,) = set(_children()) - before
        assert child.pid is not None
        os.kill(child.pid, signal.SIGSTOP)  # no machine is so fast that it answers now
        worker._timeout_s = 0.2
        assert worker.parse(mail()) == ParseFailure("timeout")
        worker._timeout_s = 60
        assert isinstance(worker.parse(mail()), ParsedMail)
        assert child not in _children()


def test_memory_is_limited_and_the_next_mail_is_read() -> None:
    with ParseWorker(memory_bytes=150_000_000) as small:
        large = mail(body=b"x" * 60_000_000)
        failed = small.parse(large)
        if sys.platform == "linux":  # elsewhere the system does not limit address space: the mail is read
            assert isinstance(failed, ParseFailure)
            assert failed.reason in ("memory", "crashed", "unreadable")
        else:
            assert isinstance(failed, ParsedMail)
        assert isinstance(small.parse(mail()), ParsedMail)


def test_several_threads_share_one_worker(worker: ParseWorker) -> None:
    raws = [mail(headers=f"From: a@b.test\r\nSubject: {i}") for i in range(40)]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(worker.parse, raws))
    assert [one.subject for one in found if isinstance(one, ParsedMail)] == [str(i) for i in range(40)]


def test_close_ends_the_child_and_use_after_it_starts_anew() -> None:
    before = len(_children())
    one = ParseWorker()
    one.close()
    assert isinstance(one.parse(mail()), ParsedMail)
    assert len(_children()) == before + 1
    one.close()
    assert len(_children()) == before
    assert isinstance(one.parse(mail()), ParsedMail)
    one.close()
