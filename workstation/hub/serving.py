"""Serves a built hub over HTTP until a signal asks to stop; refuses to be heard elsewhere without TLS"""

from __future__ import annotations

import signal
import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from workstation.hub.channels.mail.connection import is_loopback
from workstation.hub.settings import SettingsBroken

if TYPE_CHECKING:
    pass


from workstation.hub.app import Hub


@dataclass(frozen=True)
class Listening:
    """Where a hub is to listen; port 0 takes a free one."""

    host: str = "127.0.0.1"
    port: int = 7411
    tls_cert: str = ""
    tls_key: str = ""


def check_listening(where: Listening) -> None:
    """Refuse to be heard by other machines without TLS.

    Raises:
        SettingsBroken: ``hub.tls_needed``, ``hub.tls_unusable``.
    """
    if bool(where.tls_cert) != bool(where.tls_key):
        raise SettingsBroken("hub.tls_needed", Path(where.tls_cert or where.tls_key), host=where.host)
    if where.tls_cert:
        try:
            ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(where.tls_cert, where.tls_key)
        except (OSError, ssl.SSLError) as error:
            why = error.strerror or str(error)
            raise SettingsBroken("hub.tls_unusable", Path(where.tls_cert), why=why) from error
    elif not is_loopback(where.host):
        raise SettingsBroken("hub.tls_needed", Path(), host=where.host)


def serve(hub: Hub, where: Listening, on_ready: Callable[[int], None]) -> None:
    """Serve until a signal asks to stop; ``on_ready`` is told the port once requests are answered.

    Raises:
        OSError: the port is taken. SettingsBroken: see :func:`check_listening`.
    """
    import uvicorn

    check_listening(where)
    family = socket.AF_INET6 if ":" in where.host else socket.AF_INET
    listener = socket.create_server((where.host, where.port), family=family, backlog=2048)

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if self.started:
                hub.start()
                on_ready(int(listener.getsockname()[1]))

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            # Whoever waits for news is told to come back, else the server would wait for them.
            hub.doors.heads.drain()
            await super().shutdown(sockets)

    config = uvicorn.Config(
        hub.application,
        log_config=None,
        access_log=False,
        lifespan="on",
        proxy_headers=False,
        server_header=False,
        ws="none",
        timeout_keep_alive=75,
        timeout_graceful_shutdown=10,
        ssl_certfile=where.tls_cert or None,
        ssl_keyfile=where.tls_key or None,
    )
    server = Server(config)

    def stop() -> None:
        server.should_exit = True

    hub.stopper.ask = stop
    if threading.current_thread() is threading.main_thread():
        # The server raises the signal again once it has shut down: by default that would end the process
        # before whoever called us could close the hub and take its endpoint away. One that comes before the
        # server listens to signals counts too: the port is open by then, so somebody may have met us.
        signal.signal(signal.SIGTERM, lambda _number, _frame: stop())
    with listener:
        server.run(sockets=[listener])
