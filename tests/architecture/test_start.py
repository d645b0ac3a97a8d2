"""Nothing heavy is imported by the modules that the first window needs."""

import json
import subprocess
import sys

import pytest

from tests.architecture.sources import ROOT, product_sources

HEAVY = {
    "alembic",
    "argon2",
    "asyncpg",
    "cryptography",
    "holidays",
    "keyring",
    "litestar",
    "lucide",
    "psycopg",
    "pydantic",
    "reportlab",
    "requests",
    "sqlalchemy",
    "urllib3",
    "uvicorn",
}
GROUND = ("workstation/casework/", "workstation/system/", "workstation/ports/", "workstation/services/")
FIRST_WINDOW = (
    *GROUND,
    "workstation/ui/",
    "workstation/storage/first_rows.py",
    "workstation/async_bridge.py",
    "workstation/app.py",
    "workstation/cli.py",
)


def _modules(prefixes: tuple[str, ...]) -> list[str]:
    paths = [source.path for source in product_sources() if source.path.startswith(prefixes)]
    names = [path.removesuffix(".py").removesuffix("/__init__").replace("/", ".") for path in paths]
    return [name for name in names if not name.endswith("__main__")]


def _loaded_by(modules: list[str]) -> set[str]:
    code = f"import importlib, json, sys; [importlib.import_module(m) for m in {modules!r}]"
    code += "; print(json.dumps(sorted({m.split('.')[0] for m in sys.modules})))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout))


def test_the_modules_of_the_first_window_load_nothing_heavy() -> None:
    modules = _modules(FIRST_WINDOW)
    assert len(modules) > 50
    assert _loaded_by(modules) & HEAVY == set()


@pytest.mark.parametrize("module", ["sqlalchemy", "requests", "keyring"])
def test_the_look_at_what_is_loaded_would_see_it(module: str) -> None:
    assert module in _loaded_by([module])


def test_the_casework_loads_no_window_no_loop_and_no_database() -> None:
    assert (
        _loaded_by(_modules(("workstation/casework/",))) & {"PySide6", "asyncio", "sqlite3", "sqlcipher3"}
        == set()
    )


def test_the_ground_floor_loads_no_window() -> None:
    assert "PySide6" not in _loaded_by(_modules(("workstation/system/",)))
