"""A hub that is asked to end while it starts ends."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
import uvicorn

from workstation.hub.serving import Listening, serve


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Starts and ends, and answers nothing."""
    assert scope["type"] == "lifespan"
    for what in ("startup", "shutdown"):
        assert (await receive())["type"] == f"lifespan.{what}"
        await send({"type": f"lifespan.{what}.complete"})


@pytest.fixture
def own_signals() -> Iterator[None]:
    """What the test process does at SIGTERM, as before afterwards."""
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


@pytest.mark.usefixtures("own_signals")
def test_a_signal_before_the_server_listens_to_signals_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    run = uvicorn.Server.run

    def asked_early(server: uvicorn.Server, sockets: Any = None) -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        run(server, sockets)

    monkeypatch.setattr(uvicorn.Server, "run", asked_early)
    started: list[bool] = []
    hub: Any = SimpleNamespace(
        application=application,
        doors=SimpleNamespace(heads=SimpleNamespace(drain=lambda: None)),
        start=lambda: started.append(True),
        stopper=SimpleNamespace(ask=None),
    )
    came_too_late = threading.Event()

    def end_it() -> None:
        came_too_late.set()
        hub.stopper.ask()

    rescue = threading.Timer(20, end_it)
    rescue.start()
    serve(hub, Listening(port=0), lambda port: None)
    rescue.cancel()
    assert not came_too_late.is_set()
