"""Each banned name is used in its one place only, and the reader that says so can tell."""

import ast

import pytest

from tests.architecture.banned_names import PLACES, uses
from tests.architecture.sources import ROOT, Source, product_sources


def test_banned_names_stay_in_their_one_place() -> None:
    found = [str(use) for source in product_sources() for use in uses(source)]
    assert found == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("from PySide6.QtWidgets import QLabel", "PySide6.QtWidgets"),
        ("from PySide6 import QtWidgets", "PySide6.QtWidgets"),
        ("import PySide6.QtWidgets as w", "PySide6.QtWidgets"),
        ("import asyncio\nasyncio.create_task(x())", "asyncio.create_task"),
        ("import asyncio as a\na.to_thread(x)", "asyncio.to_thread"),
        ("loop.create_task(x())", ".create_task"),
        ("from datetime import datetime as d\nd.now()", "datetime.datetime.now"),
        ("import datetime\ndatetime.date.today()", "datetime.date.today"),
        ("import time\ntime.time()", "time.time"),
        ("def f():\n    import threading\n    threading.Thread(target=f)", "threading.Thread"),
        ("from concurrent.futures import ThreadPoolExecutor", "concurrent.futures.ThreadPoolExecutor"),
        ("from PySide6.QtCore import QThread", "PySide6.QtCore.QThread"),
    ],
)
def test_every_way_to_use_a_banned_name_is_seen(text: str, name: str) -> None:
    source = Source(path="workstation/services/inbox.py", text=text, tree=ast.parse(text))
    assert {use.name for use in uses(source)} == {name}


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("workstation/ui/inbox/view_list.py", "from PySide6.QtWidgets import QLabel"),
        ("workstation/system/clock.py", "from datetime import datetime\ndatetime.now()"),
        ("workstation/services/inbox.py", "from time import monotonic\nmonotonic()"),
        ("workstation/services/inbox.py", "self.today.now()"),
        ("workstation/app.py", "if TYPE_CHECKING:\n    from PySide6.QtWidgets import QApplication"),
    ],
)
def test_the_one_place_and_other_names_are_free(path: str, text: str) -> None:
    assert list(uses(Source(path=path, text=text, tree=ast.parse(text)))) == []


def test_ruff_bans_the_same_names() -> None:
    import tomllib

    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    banned = settings["tool"]["ruff"]["lint"]["flake8-tidy-imports"]["banned-api"]
    assert set(banned) == set(PLACES)
