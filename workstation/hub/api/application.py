"""The ASGI application: all routes, error handlers, the heads poller, and our header on every answer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anyio
from litestar import Litestar
from litestar.datastructures import State
from litestar.enums import ScopeType
from litestar.exceptions import HTTPException
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from workstation.casework.errors import RuleViolation
from workstation.hub.api import blob_routes, copy_routes, events, openapi, session_routes, sync_routes
from workstation.hub.api.doors import Doors
from workstation.hub.api.problems import (
    HttpProblem,
    on_bug,
    on_http_exception,
    on_problem,
    on_rule_violation,
    on_store_unusable,
)
from workstation.hub.services.blobs import LARGEST
from workstation.system.sqlite import StoreUnusable

Application = ASGIApp
"""What a web server serves."""

HUB_HEADER = (b"workstation-hub", b"1")
"""On every answer: whoever gets one without it has met a captive portal or a foreign proxy."""


def build_application(doors: Doors, version: str) -> Application:
    """Return the application over ``doors``."""

    @asynccontextmanager
    async def heads_are_polled(_: Litestar) -> AsyncIterator[None]:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(doors.heads.run)
            yield
            tasks.cancel_scope.cancel()

    modules: list[Any] = [session_routes, sync_routes, copy_routes, events, blob_routes, openapi]
    application = Litestar(
        route_handlers=[route for module in modules for route in module.ROUTES],
        exception_handlers={
            HttpProblem: on_problem,
            RuleViolation: on_rule_violation,
            StoreUnusable: on_store_unusable,
            HTTPException: on_http_exception,
            Exception: on_bug,
        },
        lifespan=[heads_are_polled],
        state=State({"doors": doors, "version": version}),
        openapi_config=None,
        logging_config=None,
        request_max_body_size=LARGEST + 1,
        debug=False,
    )
    return _with_header(application)


def _with_header(application: ASGIApp) -> ASGIApp:
    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == ScopeType.WEBSOCKET:
            # There is nothing to be had that way; the server answers 403.
            await send({"type": "websocket.close", "code": 1000, "reason": ""})
            return

        async def send_with_header(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", []), HUB_HEADER]
            await send(message)

        await application(scope, receive, send_with_header)

    return wrapped
