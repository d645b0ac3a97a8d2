"""Reading mails in a child process, limited in time and memory: a hostile mail costs a child, not the hub."""

import contextlib
import multiprocessing
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from threading import Lock
from types import TracebackType

from workstation.hub.channels.mail.parsed import ParsedMail, ParseFailure
from workstation.system.sanitise import sanitise

MAX_RAW_BYTES = 100_000_000
_MAILS_PER_CHILD = 500
_START_SECONDS = 60.0


class ParseWorker:
    """Reads mails one at a time in a child process; usable from any thread, also after a failure.

    `timeout_s` bounds one mail, `memory_bytes` the address space of the child (where the platform
    can limit it: Linux and most Unix systems). The child is started at the first mail, started anew
    after a failure and every 500 mails, and ended by `close` or with the parent. Programs frozen into
    one folder must call `multiprocessing.freeze_support()` first thing.
    """

    def __init__(self, timeout_s: float = 20.0, memory_bytes: int = 2_000_000_000) -> None:
        self._timeout_s = timeout_s
        self._memory_bytes = memory_bytes
        self._context = multiprocessing.get_context("spawn")
        self._lock = Lock()
        self._child: BaseProcess | None = None
        self._pipe: Connection | None = None
        self._mails_left = 0

    def __enter__(self) -> "ParseWorker":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def parse(self, raw: bytes) -> ParsedMail | ParseFailure:
        """The parsed mail, or why it could not be read; never raises for anything a mail holds."""
        answer = self._ask("parse", raw)
        return answer if isinstance(answer, ParsedMail | ParseFailure) else ParseFailure("crashed")

    def sanitise(self, source: str) -> str | ParseFailure:
        """Safe HTML as `sanitise.sanitise` makes it, under the same limits."""
        answer = self._ask("sanitise", source.encode("utf-8", "replace"))
        return answer if isinstance(answer, str | ParseFailure) else ParseFailure("crashed")

    def close(self) -> None:
        """End the child; the worker starts another one if it is used again."""
        with self._lock:
            self._stop()

    def _ask(self, task: str, data: bytes) -> object:
        if len(data) > MAX_RAW_BYTES:
            return ParseFailure("too_large")
        with self._lock:
            try:
                pipe = self._ready()
                pipe.send_bytes(task.encode("ascii"))
                pipe.send_bytes(data)
                if not pipe.poll(self._timeout_s):
                    self._stop()
                    return ParseFailure("timeout")
                answer: object = pipe.recv()
            except (EOFError, OSError):
                self._stop()
                return ParseFailure("crashed")
            self._mails_left -= 1
            if isinstance(answer, ParseFailure):
                self._stop()
            return answer

    def _ready(self) -> Connection:
        if (
            self._pipe is not None
            and self._child is not None
            and self._child.is_alive()
            and self._mails_left > 0
        ):
            return self._pipe
        self._stop()
        ours, theirs = self._context.Pipe()
        child = self._context.Process(
            target=_serve, args=(theirs, self._memory_bytes), name="mail-reader", daemon=True
        )
        try:
            child.start()
        finally:
            theirs.close()
        self._child, self._pipe, self._mails_left = child, ours, _MAILS_PER_CHILD
        if not ours.poll(_START_SECONDS):
            raise EOFError("the child did not start")
        ours.recv_bytes()
        return ours

    def _stop(self) -> None:
        child, pipe = self._child, self._pipe
        self._child = self._pipe = None
        if pipe is not None:
            pipe.close()
        if child is not None:
            child.terminate()
            child.join(2.0)
            if child.is_alive():
                child.kill()
                child.join(5.0)
            if not child.is_alive():
                child.close()


def _serve(pipe: Connection, memory_bytes: int) -> None:
    """The child: answers (task, data) pairs until its pipe closes."""
    import signal

    from workstation.hub.channels.mail.parse import parse

    with contextlib.suppress(ValueError, OSError):
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C ends the parent, which ends this child
    _limit(memory_bytes)
    try:
        pipe.send_bytes(b"ready")
        while True:
            task = pipe.recv_bytes()
            data = pipe.recv_bytes()
            try:
                answer: object = parse(data) if task == b"parse" else sanitise(data.decode("utf-8"))
                if isinstance(answer, ParsedMail) and "unreadable" in answer.warnings:
                    answer = ParseFailure("unreadable")
                pipe.send(answer)
            except MemoryError:
                data = b""
                pipe.send(ParseFailure("memory"))
    except (EOFError, OSError):
        return


def _limit(memory_bytes: int) -> None:
    try:
        import resource
    except ImportError:
        return  # Windows: the time limit and the size limits of the parser remain
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
