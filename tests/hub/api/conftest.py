"""One hub process for all tests of the door: each test brings its own device."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hub.api.hub_process import Device, HubProcess, hub_command, make_firm


@pytest.fixture(scope="session")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HubProcess]:
    """A firm with an owner, an agent `bea` in the first team and an agent `carl` in another."""
    folder = tmp_path_factory.mktemp("door") / "hub"
    make_firm(folder)
    hub_command(folder, "teams", "add", "Filiale")
    for login, team in (("bea", "Service"), ("carl", "Filiale")):
        hub_command(
            folder,
            *("people", "add", "--login", login, "--name", login.title(), "--team", team),
            stdin="passwort-" + login + "\n",
        )
    _no_pace(folder)
    with HubProcess(folder) as process:
        yield process


def _no_pace(folder: Path) -> None:
    """The tests ask faster than a desk: only the tests about pace want it."""
    path = folder / "hub.toml"
    path.write_text(path.read_text() + "pushes_per_s = 0\npulls_per_s = 0\nstrangers_per_s = 0\n")


@pytest.fixture
def device(hub: HubProcess) -> Iterator[Device]:
    """A device of this PC, let in by the endpoint file, nobody signed in."""
    made = Device(hub.url, hub.endpoint["local_proof"])
    assert made.enrol().json()["state"] == "approved"
    yield made
    made.http.close()


@pytest.fixture
def owner(device: Device) -> Device:
    """The device with the owner signed in."""
    device.sign_in()
    return device


@pytest.fixture
def bea(device: Device) -> Device:
    """The device with the agent of the first team signed in."""
    device.sign_in("bea", "passwort-bea")
    return device
