"""Does in a process what the program does, without what the package leaves out; says as JSON what came out.

`python -m tests.packaging.without yes` refuses the modules and files left out, `no` has everything.
"""

from __future__ import annotations

import importlib
import importlib.machinery
import json
import pkgutil
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

from build_spec.contents import HOLIDAY_WORDS, LEFT_OUT_MODULES, is_wanted


def is_refused(name: str) -> bool:
    """Whether a module is one of those left out; this program itself is one of the tests."""
    return any(name == one or name.startswith(f"{one}.") for one in LEFT_OUT_MODULES if one != "tests")


class Without(importlib.machinery.PathFinder):
    """Finds every module but those left out."""

    @classmethod
    def find_spec(
        cls, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        return None if is_refused(name) else super().find_spec(name, path, target)


def refuse() -> None:
    """From now on what the package leaves out is not there."""
    for name in [name for name in sys.modules if is_refused(name)]:
        del sys.modules[name]
    sys.meta_path[:] = [Without if one is importlib.machinery.PathFinder else one for one in sys.meta_path]

    def audit(event: str, given: tuple[Any, ...]) -> None:
        if event != "open" or not isinstance(given[0], str) or "site-packages/" not in given[0]:
            return
        place = given[0].rpartition("site-packages/")[2]
        is_other_holiday = place.startswith("holidays/locale/") and not place.endswith(HOLIDAY_WORDS)
        if is_other_holiday or not is_wanted(place):
            raise FileNotFoundError(f"{place} is not in the package")

    sys.addaudithook(audit)


def holidays() -> dict[str, list[str]]:
    """The public holidays of every region a firm can choose."""
    from workstation.hub.defaults import REGIONS, holidays_of

    return {
        region or "all": [f"{one.on} {one.name}" for one in holidays_of(region, 2026)]
        for region in ("", *REGIONS)
    }


def words() -> list[str]:
    """Amounts, days and distances as both languages write them."""
    from workstation.casework.money import Money
    from workstation.casework.texts import formats as casework
    from workstation.ui.shared.formats import Formats

    said = []
    for language in ("de", "en"):
        own = Formats(language)
        said += [casework.money_text(Money(123490), language), casework.distance_text(1.2, language)]
        said += [casework.weekday_date_text(date(2026, 12, 6), language)]
        said += [own.money(Money(-2490)), own.money(Money(700_000, "JPY"))]
    return said


def papers() -> list[str]:
    """The beginning of each paper the hub makes; the names need a font of many letters."""
    from workstation.casework.customer import Customer
    from workstation.casework.money import Money
    from workstation.casework.records import Invoice, Order, OrderLine
    from workstation.hub.documents.invoice_copy import CopyOf, render_copy
    from workstation.hub.documents.reminder import ReminderOf, render_reminder
    from workstation.hub.documents.slip import TillSlip, render_slip
    from workstation.hub.ports_billing import Seller

    seller = Seller(name="Backhaus", street="Weg 4", postcode="79098", city="Freiburg", vat_id="DE123456789")
    order = Order(
        order_id="o",
        number="B-1",
        customer_id="c",
        placed_at=datetime(2026, 10, 1, tzinfo=UTC),
        lines=(OrderLine(line_id="1", name="Schale", quantity=1, unit_price=Money(895), tax_rate_bp=1900),),
        shipping=Money(490),
    )
    invoice = Invoice(
        invoice_id="i",
        number="R-1",
        customer_id="c",
        order_id="o",
        total=order.total,
        open=order.total,
        issued_on=date(2026, 10, 1),
        due_on=date(2026, 10, 15),
    )
    customer = Customer(customer_id="c", name="Łucja Şahin-Öztürk", number="K-1", language="de")
    copy = render_copy(CopyOf(invoice=invoice, order=order, customer=customer, seller=seller))
    reminder = render_reminder(
        ReminderOf(
            invoice=invoice,
            customer=customer,
            seller=seller,
            on=date(2026, 11, 20),
            fees=Money(500),
            title="Mahnung",
            text="Bitte zahlen.",
            language="de",
        )
    )
    till = TillSlip(
        firm="Backhaus",
        number="S-1",
        amount=Money(500),
        ordered_at=order.placed_at,
        time_zone="Europe/Berlin",
        language="de",
    )
    slip = render_slip(till)
    return [pdf[:5].decode("ascii") for pdf in (copy, reminder, slip)]


def main() -> int:
    """Everything once; what came out as one line of JSON."""
    from build_spec.contents import write_icons

    is_without, scratch = sys.argv[1] == "yes", Path(sys.argv[2])
    drawings = write_icons(scratch)  # made while the program is built, with the icon package at hand
    if is_without:
        refuse()
    import workstation
    from workstation.system import sqlite
    from workstation.ui.shared import icons

    for module in pkgutil.walk_packages(workstation.__path__, "workstation."):
        if not module.name.endswith("__main__") and ".migrations." not in module.name:
            importlib.import_module(module.name)
    setattr(icons, "resource_path", lambda *_parts: drawings)  # noqa: B010 it lies there in the package
    drawn = icons.Icons(scratch / "cache")
    connection = sqlite.open_connection(scratch / "a.db", b"k" * 32)
    connection.close()
    found = {
        "holidays": holidays(),
        "words": words(),
        "papers": papers(),
        "icons": {name: drawn.drawing(name) for name in sorted(icons.NAMES)},
        "refused": sorted(name for name in sys.modules if is_without and is_refused(name)),
    }
    print(json.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
