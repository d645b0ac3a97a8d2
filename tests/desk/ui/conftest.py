"""One theme and one language switch for all widget tests, brought back to light and German each time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from tests.desk.ui.samples import OnDemand
from workstation.ui.shared.theme import Theme
from workstation.ui.shared.words import Words


@pytest.fixture(scope="session")
def session_theme(qapp: QApplication, tmp_path_factory: pytest.TempPathFactory) -> Theme:
    """The one theme of the test run: an application has one."""
    cache: Path = tmp_path_factory.mktemp("cache")
    theme = Theme(qapp, cache)
    theme.apply(choice="light")
    return theme


@pytest.fixture
def theme(session_theme: Theme) -> Iterator[Theme]:
    """Light, 100 %, comfortable."""
    yield session_theme
    is_changed = (session_theme.choice, session_theme.scale, session_theme.density) != (
        "light", 1.0, "comfortable",
    )  # fmt: skip
    if is_changed or session_theme.is_motion_reduced or session_theme.is_high_contrast:
        session_theme.apply(choice="light", scale=1.0, density="comfortable", is_motion_reduced=False)


@pytest.fixture
def words(qapp: QApplication) -> Iterator[Words]:
    """The language switch, German again afterwards without any translator left."""
    switch = Words(qapp)
    yield switch
    switch.remove()


@pytest.fixture
def tasks() -> Iterator[OnDemand]:
    """Work that goes on when a test says so; what it leaves is closed, as at the end of a desk."""
    made = OnDemand()
    yield made
    made.drop()
