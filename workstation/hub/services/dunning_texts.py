"""The words of reminders: the program's, or the firm's own cards in their place."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import msgspec

from workstation.casework.customer import Customer
from workstation.casework.errors import RuleViolation
from workstation.casework.message import Language
from workstation.casework.records import Invoice
from workstation.casework.slots import fill
from workstation.casework.texts import greeting
from workstation.casework.texts.formats import date_text, money_text
from workstation.hub.ports_billing import DunningLevel, Seller
from workstation.hub.ports_values import Reference

PAY_WITHIN = timedelta(days=7)
OWN_CARD = "dunning_"


class DunningText(msgspec.Struct, frozen=True, kw_only=True):
    """Subject and words in one language."""

    subject: str
    text: str


DunningTexts = Mapping[Language, Mapping[str, DunningText]]


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """A reminder's words."""

    subject: str
    text: str
    language: Language


def dunning_texts_from(files: Mapping[Language, Mapping[str, Any]]) -> dict[Language, dict[str, DunningText]]:
    """Return the texts of the parsed files by language."""
    return {
        language: {
            key: DunningText(subject=entry["subject"], text=entry["text"].strip())
            for key, entry in table.items()
        }
        for language, table in files.items()
    }


def known_text(texts: DunningTexts, key: str, reference: Reference) -> bool:
    """Say whether a level may use the text ``key``."""
    return key in texts["de"] or any(card.key == OWN_CARD + key for card in reference.cards.values())


def written(
    texts: DunningTexts,
    reference: Reference,
    seller: Seller,
    invoice: Invoice,
    customer: Customer,
    level: DunningLevel,
    on: date,
) -> Written:
    """Return the words of a reminder in the customer's language; its fee is added to what is owed.

    Raises:
        RuleViolation: ``dunning.text_unknown``, ``text.slot_without_fact``.
    """
    language = customer.language
    program = texts[language].get(level.text)
    own = next((card for card in reference.cards.values() if card.key == OWN_CARD + level.text), None)
    if program is None and own is None:
        raise RuleViolation("dunning.text_unknown", key=level.text, keys=", ".join(sorted(texts["de"])))
    subject = program.subject if program is not None else texts[language]["second"].subject
    text = program.text if program is not None else ""
    if own is not None:
        text = (own.en or own.de) if language == "en" else own.de
    fees = invoice.fee_open + level.fee
    facts = {
        "greeting": greeting(customer, language),
        "invoice_no": invoice.number,
        "invoice_date": date_text(invoice.issued_on, language),
        "due_on": date_text(invoice.due_on, language),
        "open": money_text(invoice.open, language),
        "fee": money_text(fees, language),
        "total": money_text(invoice.open + fees, language),
        "pay_by": date_text(on + PAY_WITHIN, language),
        "signature": seller.name,
    }
    return Written(subject=fill(subject, facts), text=fill(text.strip(), facts), language=language)
