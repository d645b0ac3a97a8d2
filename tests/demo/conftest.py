"""The invented firm as of one moment, made once for all tests here."""

from datetime import UTC, datetime

import pytest

from workstation.demo.generator import make_data_set
from workstation.demo.shapes import DataSet

NOW = datetime(2026, 11, 20, 9, 11, tzinfo=UTC)


@pytest.fixture(scope="session")
def firm() -> DataSet:
    return make_data_set(NOW)
