"""The words of a history line: title, second line, and the word of its state."""

from __future__ import annotations

from workstation.casework.params import parsed_money
from workstation.services.views import TimelineItem
from workstation.ui.shared.formats import Formats
from workstation.ui.shared.words import later, translate

_TITLES: dict[str, tuple[str, str]] = {
    "message_in": later("Timeline", "Nachricht erhalten"),
    "message_out": later("Timeline", "Antwort geschrieben"),
    "call": later("Timeline", "Anruf"),
    "note": later("Timeline", "Interne Notiz"),
    "order": later("Timeline", "Bestellung {number}"),
    "payment": later("Timeline", "Zahlung {method}"),
    "shipment": later("Timeline", "Sendung {carrier}"),
    "invoice": later("Timeline", "Rechnung {number}"),
    "dunning": later("Timeline", "{level}. Mahnung verschickt"),
    "commitment": later("Timeline", "Verpflichtung: {what}"),
    "return": later("Timeline", "Rücksendung {number}"),
    "booking": later("Timeline", "Gutschrift {number}"),
    "counter_booking": later("Timeline", "Storno {number}"),
    "replacement": later("Timeline", "Ersatzlieferung {number}"),
    "voucher": later("Timeline", "Gutschein {code}"),
    "till": later("Timeline", "Auszahlung an der Kasse {number}"),
    "decision": later("Timeline", "Entscheidung"),
    "promise": later("Timeline", "Zusage"),
}
_PARCEL: dict[str, tuple[str, str]] = {
    "announced": later("Timeline", "Sendung angekündigt"),
    "picked_up": later("Timeline", "Vom Versand abgeholt"),
    "in_transit": later("Timeline", "Unterwegs"),
    "out_for_delivery": later("Timeline", "In Zustellung"),
    "delivered": later("Timeline", "Geliefert"),
    "failed_attempt": later("Timeline", "Zustellung gescheitert"),
    "returned": later("Timeline", "Geht zurück an uns"),
    "damaged": later("Timeline", "Als beschädigt gemeldet"),
    "delayed": later("Timeline", "Verspätet"),
}
_METHODS: dict[str, tuple[str, str]] = {
    "card": later("Timeline", "Karte"),
    "paypal": later("Timeline", "PayPal"),
    "sepa": later("Timeline", "Lastschrift"),
    "invoice": later("Timeline", "auf Rechnung"),
    "cash": later("Timeline", "bar"),
    "prepaid": later("Timeline", "Vorkasse"),
}
_STATES: dict[str, tuple[str, str]] = {
    "paid": later("Timeline", "Bezahlt"),
    "open": later("Timeline", "Offen"),
    "ordered": later("Timeline", "Angewiesen"),
    "placed": later("Timeline", "Bestellt"),
    "shipped": later("Timeline", "Verschickt"),
    "delivered": later("Timeline", "Geliefert"),
    "cancelled": later("Timeline", "Storniert"),
    "kept": later("Timeline", "Gehalten"),
    "broken": later("Timeline", "Nicht gehalten"),
    "withdrawn": later("Timeline", "Zurückgenommen"),
    "authorised": later("Timeline", "Angelegt"),
    "received": later("Timeline", "Angekommen"),
    "redeemed": later("Timeline", "Eingelöst"),
    "booked": later("Timeline", "Gebucht"),
    "failed": later("Timeline", "Gescheitert"),
    "bounced": later("Timeline", "Kam zurück"),
    "failed_attempt": later("Timeline", "Gescheitert"),
    "refunded": later("Timeline", "Erstattet"),
    "partly_refunded": later("Timeline", "Teils erstattet"),
    "needs_approval": later("Timeline", "Bei der Leitung"),
    "rejected": later("Timeline", "Abgelehnt"),
    "dunning_1": later("Timeline", "Mahnstufe 1"),
    "dunning_2": later("Timeline", "Mahnstufe 2"),
    "dunning_3": later("Timeline", "Mahnstufe 3"),
    "dunning_stopped": later("Timeline", "Mahnung gestoppt"),
    "credited": later("Timeline", "Gutgeschrieben"),
}
_PARTS: dict[str, tuple[str, str]] = {
    "credited": later("Timeline", "{amount} gutgeschrieben"),
    "paid": later("Timeline", "{amount} bezahlt"),
    "open": later("Timeline", "{amount} offen"),
    "overpaid": later("Timeline", "{amount} Guthaben"),
}
"""What has become of an invoice's total."""


class _Gaps(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return ""


def item_words(item: TimelineItem, formats: Formats) -> tuple[str, str]:
    """Return title and second line of ``item`` in the language of the window."""
    params = {name: _shown(value, formats) for name, value in item.params.items()}
    if "method" in params:
        params["method"] = translate(*_METHODS[params["method"]]) if params["method"] in _METHODS else ""
    words = _TITLES[item.kind]
    if item.kind == "shipment":
        words = _PARCEL.get(item.text_key.rpartition(".")[2], words)
    title = " ".join(translate(*words).format_map(_Gaps(params)).split())
    meta = item.meta
    if item.kind == "invoice":
        told = (translate(*_PARTS[name]).format(amount=params[name]) for name in _PARTS if name in params)
        meta = " · ".join((*told, *([meta] if meta else [])))
    if item.title:
        quoted = translate("Timeline", "„{title}“").format(title=item.title)
        meta = f"{quoted} · {meta}" if meta else item.title
    return title, meta


def _shown(value: str, formats: Formats) -> str:
    money = parsed_money(value)
    return formats.money(money) if money is not None else value


def status_words(key: str) -> str:
    """Return the word of a state; an unknown one has none."""
    return translate(*_STATES[key]) if key in _STATES else ""
