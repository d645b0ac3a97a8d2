"""``serve`` and ``stop``: runs the hub, by itself or embedded beside a desk, and ends an embedded one."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys

import msgspec

from workstation.hub.app import build_hub
from workstation.hub.commands.context import DONE, Context
from workstation.hub.commands.trouble import failed
from workstation.hub.commands.words import Words
from workstation.hub.embedded import ENDPOINT_NAME, LOCK_NAME, Endpoint, embed
from workstation.hub.serving import Listening, check_listening, serve
from workstation.hub.settings import HubSettings
from workstation.system import log
from workstation.system.lock import ProcessLock, is_locked


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser], words: Words) -> None:
    """Declare the commands."""
    parser = commands.add_parser("serve", help=words.line("help.serve"))
    parser.add_argument("--host", default="127.0.0.1", help=words.line("help.serve.host"))
    parser.add_argument("--port", type=_port, default=None, help=words.line("help.serve.port"))
    parser.add_argument("--tls-cert", default="", metavar="FILE")
    parser.add_argument("--tls-key", default="", metavar="FILE")
    parser.add_argument("--embedded", action="store_true", help=words.line("help.serve.embedded"))
    parser.add_argument("--profile", default="", metavar="DIR", help=words.line("help.serve.profile"))
    parser.set_defaults(run=_serve)
    commands.add_parser("stop", help=words.line("help.stop")).set_defaults(run=_stop)


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= 65535:
        raise argparse.ArgumentTypeError(f"0-65535, not {text}")
    return port


def _serve(context: Context) -> int:
    arguments = context.arguments
    if arguments.profile:
        arguments.folder = arguments.profile
    settings = context.settings()
    if arguments.embedded:
        return _serve_embedded(context, settings)
    port = 7411 if arguments.port is None else arguments.port
    where = Listening(arguments.host, port, arguments.tls_cert, arguments.tls_key)
    check_listening(where)
    _log_to(settings, to_stderr=True)
    # One process keeps a file; nodes over a PostgreSQL server are as many as there are folders.
    with ProcessLock(settings.folder / LOCK_NAME).acquire():
        hub = build_hub(settings, context.handed_over_key(settings))
        scheme = "https" if where.tls_cert else "http"
        try:
            serve(
                hub,
                where,
                lambda real: print(
                    context.words.line("serve.ready", url=f"{scheme}://{_shown(where.host)}:{real}"),
                    flush=True,
                ),
            )
        except OSError as error:
            raise failed("hub.port_taken", port=where.port, why=error.strerror or str(error)) from error
        finally:
            hub.close()
    return DONE


def _log_to(settings: HubSettings, *, to_stderr: bool) -> None:
    log.configure(settings.folder / "logs" / "hub.log", to_stderr=to_stderr)
    logging.getLogger("alembic").setLevel(logging.WARNING)


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _serve_embedded(context: Context, settings: HubSettings) -> int:
    embedding = embed(settings.folder)
    try:
        key = context.handed_over_key(settings)
        _leave_the_terminal()
        _log_to(settings, to_stderr=False)
        hub = build_hub(settings, key, embedding.local_proof)
        try:
            public_key = hub.doors.sessions.public_key
            where = Listening(port=context.arguments.port or 0)
            serve(hub, where, lambda port: embedding.announce(port, public_key))
        finally:
            hub.close()
    finally:
        embedding.end()
    return DONE


def _leave_the_terminal() -> None:
    """The desk that started us may end, or its terminal be closed: the hub stays."""
    if hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
    if sys.stdin is not None and not sys.stdin.closed:
        sys.stdin.close()


def _stop(context: Context) -> int:
    folder = context.folder
    path = folder / ENDPOINT_NAME
    if not is_locked(folder / LOCK_NAME) or not path.exists():
        raise failed("hub.not_running", folder=str(folder))
    endpoint = msgspec.json.decode(path.read_bytes(), type=Endpoint)
    os.kill(endpoint.pid, signal.SIGTERM)
    context.say("stop.asked", pid=endpoint.pid)
    return DONE
