"""The hub's threads: effects, mailboxes, clocks, the audit sealer; started and stopped in one place."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Job:
    """A thread's work: ``run`` returns soon after the event of its :class:`Workers` is set."""

    name: str
    run: Callable[[], None]


class Workers:
    """All threads of a hub process; ``stopping`` is what their work looks at."""

    def __init__(self, jobs: Sequence[Job], stopping: threading.Event) -> None:
        self._stopping = stopping
        self._threads = [
            threading.Thread(target=self._run, args=(job,), name=f"hub-{job.name}", daemon=True)
            for job in jobs
        ]

    def start(self) -> None:
        """Start all threads."""
        for thread in self._threads:
            thread.start()

    def stop(self, timeout_s: float = 20.0) -> bool:
        """Ask all threads to end and wait for them; False when one did not."""
        self._stopping.set()
        ends_at = time.monotonic() + timeout_s
        for thread in self._threads:
            if thread.ident is not None:
                thread.join(max(0.0, ends_at - time.monotonic()))
        late = self.alive()
        if late:
            log.warning("still at work when the hub ended: %s", ", ".join(late))
        return not late

    def alive(self) -> tuple[str, ...]:
        """Return the names of the threads that run."""
        return tuple(thread.name for thread in self._threads if thread.is_alive())

    def _run(self, job: Job) -> None:
        try:
            job.run()
        except Exception:
            # A job goes on after whatever it can go on after: what comes here has ended it and must be seen.
            log.exception("the work %s has ended", job.name)
