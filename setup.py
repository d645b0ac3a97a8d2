"""Lists the packages of the wheel: the code, and resources/ as workstation.resources."""

from pathlib import Path

from setuptools import find_packages, setup

ROOT = Path(__file__).parent
RESOURCES = ROOT / "resources"


def resource_files() -> list[str]:
    """Every file below resources/, as a path relative to it."""
    return sorted(path.relative_to(RESOURCES).as_posix() for path in RESOURCES.rglob("*") if path.is_file())


setup(
    packages=[*find_packages(include=["workstation", "workstation.*"]), "workstation.resources"],
    package_dir={"workstation": "workstation", "workstation.resources": "resources"},
    package_data={
        "workstation": ["py.typed", "**/*.mako", "**/*.sql"],
        "workstation.resources": resource_files(),
    },
)
