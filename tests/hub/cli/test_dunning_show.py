"""`dunning show`: invoices as a table and as JSON; an unknown number is told."""

from __future__ import annotations

import json
from pathlib import Path

from tests.hub.api.hub_process import hub_command, make_firm

_FILES = {
    "customers": [
        {"number": "K-1", "given_name": "Vera", "family_name": "Kraus", "email": "vera@kundin.test"}
    ],
    "orders": [
        {
            "number": "B-1",
            "customer": "K-1",
            "placed_at": "2026-09-01T08:00:00+00:00",
            "shipping": "4.90",
            "status": "delivered",
            "lines": [{"line": 1, "name": "Brotkorb", "quantity": 2, "unit_price": "24.95"}],
        }
    ],
    "invoices": [
        {
            "number": "R-1",
            "order": "B-1",
            "total": "54.80",
            "open": "54.80",
            "issued_on": "2026-09-02",
            "due_on": "2026-09-16",
            "dunning_level": 1,
            "fee_open": "5.00",
        }
    ],
    "dunning_notices": [{"invoice": "R-1", "level": 1, "sent_on": "2026-10-01", "fee": "5.00"}],
}


def test_invoices_are_shown_with_their_reminders(tmp_path: Path) -> None:
    hub = tmp_path / "hub"
    make_firm(hub, "Ofen und Glas", "--secrets", "files")
    for kind, rows in _FILES.items():
        file = tmp_path / f"{kind}.json"
        file.write_text(json.dumps(rows), "utf-8")
        hub_command(hub, "import", kind.replace("_", "-"), str(file))

    shown = json.loads(hub_command(hub, "dunning", "show", "--invoice", "R-1", "--json").stdout)
    assert shown["invoice"]["number"] == "R-1"
    assert shown["invoice"]["fee_open"]["minor_units"] == 500
    assert [(one["level"], one["sent_on"]) for one in shown["notices"]] == [(1, "2026-10-01")]

    said = hub_command(hub, "dunning", "show").stdout
    assert "R-1" in said and "54.80" in said.replace(",", ".")

    unknown = hub_command(hub, "dunning", "show", "--invoice", "R-9", check=False)
    assert unknown.returncode != 0
    assert "R-9" in unknown.stdout + unknown.stderr
    assert "Traceback" not in unknown.stderr
