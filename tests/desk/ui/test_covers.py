"""The sheets before somebody has signed in: whatever goes wrong, one can try again."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from pytestqt.qtbot import QtBot

from tests.fakes.running import in_loop, quiet
from workstation.async_bridge import AsyncTasks
from workstation.ports import HubUnavailable, StoreUnusable
from workstation.services.session import Session
from workstation.services.views import SessionView
from workstation.ui.shared.error_text import ErrorText
from workstation.ui.shared.formats import Formats
from workstation.ui.shared.theme import Theme
from workstation.ui.shell.covers import Covers
from workstation.ui.shell.view import MainWindow
from workstation.ui.sign_in.view import SignInView


@pytest.mark.parametrize(
    ("error", "is_said"),
    [
        (HubUnavailable("net.no_connection"), True),
        (StoreUnusable("store.full", Path("outbox.db")), True),
        (OSError("kaputt"), False),
    ],
)
def test_a_sign_in_that_fails_leads_back_to_its_page(
    error: Exception, is_said: bool, theme: Theme, qtbot: QtBot
) -> None:
    view = SignInView(theme)
    qtbot.addWidget(view)
    window = SimpleNamespace(is_covered=False, show_cover=lambda _view: None, show_work=lambda: None)

    async def fail(login: str, password: str) -> SessionView:
        raise error

    async def play() -> None:
        faults: list[str] = []
        tasks = AsyncTasks(lambda name, _error: faults.append(name))
        session = SimpleNamespace(view=SessionView(state="locked", key_place="key_file"), sign_in=fail)
        errors = ErrorText("de", Formats("de"))
        covers = Covers(
            cast(MainWindow, window),
            lambda: view,
            cast(Session, session),
            tasks,
            errors,
            lambda: None,
            lambda _is_on: None,
        )
        covers.refresh()
        page = view.current_page()
        view.signed_in.emit("lisa", "geheim")
        assert view.current_page() is not page
        await quiet()
        assert view.current_page() is page
        assert faults == ([] if is_said else ["session"])

    in_loop(play)


def test_the_work_is_told_when_somebody_has_signed_in(theme: Theme, qtbot: QtBot) -> None:
    view = SignInView(theme)
    qtbot.addWidget(view)
    window = SimpleNamespace(is_covered=False)
    window.show_cover = lambda _view: setattr(window, "is_covered", True)
    window.show_work = lambda: setattr(window, "is_covered", False)
    session = SimpleNamespace(view=SessionView(state="locked", key_place="key_file"))
    covers = Covers(
        cast(MainWindow, window),
        lambda: view,
        cast(Session, session),
        AsyncTasks(),
        ErrorText("de", Formats("de")),
        lambda: None,
        lambda _is_on: None,
    )
    told: list[bool] = []
    covers.uncovered = lambda: told.append(window.is_covered)
    covers.refresh()
    assert told == []
    session.view = SessionView(state="signed_in", key_place="key_file")
    covers.refresh()
    covers.refresh()
    assert told == [False], "once, after the work is shown"
