"""Reminders another program has sent count like our own."""

from datetime import timedelta

from tests.hub.billing.ground import House
from tests.hub.small_firm import TENANT
from workstation.hub.services.imports import Imports
from workstation.hub.storage.books import open_books

HEAD = "Rechnungsnummer;Bestellung;Betrag;Offen;Rechnungsdatum;Faellig;Versand;Mahnstufe;Mahngebuehr\n"
NOTICES = "Rechnung;Stufe;Datum;Gebuehr;Mahnnummer\n"


def test_an_imported_reminder_is_not_sent_again(house: House) -> None:
    """The next letter is the next level, as far after the imported one as the levels lie apart."""
    imports = Imports(house.database, open_books, TENANT)
    bill = "R-5;B-10023;83,70;83,70;01.09.2026;15.09.2026;versandt;1;5,00\n"
    report = imports.import_files(
        [
            ("invoices", "r.csv", (HEAD + bill).encode()),
            ("dunning_notices", "m.csv", (NOTICES + "R-5;1;10.11.2026;5,00;M-1\n").encode()),
        ]
    )
    assert report.problems == []
    assert [one.invoice_number for one in house.run().items] == ["R-2026-00017"]
    house.clock.pass_by(timedelta(days=4))
    assert [(one.invoice_number, one.level) for one in house.run().items] == [("R-5", 2)]
