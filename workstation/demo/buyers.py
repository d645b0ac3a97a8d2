"""Invents customers: those with a story, and others until there are enough."""

from __future__ import annotations

import unicodedata
from datetime import datetime, timedelta
from random import Random
from typing import Any

from workstation.casework.customer import PostalAddress
from workstation.demo.materials import Materials
from workstation.demo.shapes import Buyer

_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_ENGLISH = (("Oliver", "Whitcombe"), ("Hazel", "Pemberton"), ("Arjun", "Nair"))


def slug(name: str) -> str:
    """Return a name as it stands in a mail address."""
    plain = unicodedata.normalize("NFKD", name.casefold().translate(_UMLAUTS)).encode("ascii", "ignore")
    words = "".join(chr(sign) if chr(sign).isalnum() else " " for sign in plain).split()
    return ".".join(words)


class Townsfolk:
    """Makes buyers one after the other; the same seed and order give the same people."""

    def __init__(self, materials: Materials, rng: Random, now: datetime) -> None:
        self._names = materials.names
        self._rng = rng
        self._now = now
        self._by_name: dict[str, Buyer] = {}
        self._weights = [place["weight"] for place in self._names["place"]]

    @property
    def all(self) -> tuple[Buyer, ...]:
        """Everybody made so far, in order."""
        return tuple(self._by_name.values())

    def named(self, row: dict[str, Any]) -> Buyer:
        """Return the customer a story names, somebody of the town; the same name is the same person."""
        name = row["customer"]
        known = self._by_name.get(name)
        if known is not None:
            return known
        mail = row.get("mail") or row.get("address", "")
        return self._make(name, row.get("salutation", ""), row.get("language", "de"), mail, is_near=True)

    def fill_up(self, count: int) -> None:
        """Invent others until there are ``count``."""
        for firm in self._names["firm"]:
            if len(self._by_name) < count and firm["name"] not in self._by_name:
                self._make(firm["name"], "Firma", "de", "")
        for given, family in _ENGLISH:
            if len(self._by_name) < count:
                self._make(f"{given} {family}", "", "en", "")
        while len(self._by_name) < count:
            is_woman = self._rng.random() < 0.6
            given = self._rng.choice(self._names["women" if is_woman else "men"])
            name = f"{given} {self._rng.choice(self._names['family'])}"
            if name not in self._by_name:
                self._make(name, "Frau" if is_woman else "Herr", "de", "")

    def _make(self, name: str, salutation: Any, language: Any, mail: str, is_near: bool = False) -> Buyer:
        rng, count = self._rng, len(self._by_name)
        days = int(760 * rng.random() ** 0.6) + 20
        if salutation == "Firma":
            address = mail or f"kontakt@{slug(name).replace('.', '-')}.example"
        else:
            address = mail or f"{slug(name)}@{rng.choice(self._names['domains'])}"
        buyer = Buyer(
            number=f"K-{1001 + count}",
            name=name,
            salutation=salutation,
            language=language,
            mail=address,
            phone=self._phone(count, language),
            address=self._address(is_near or salutation == "Firma"),
            since=self._now - timedelta(days=days + rng.randrange(900), hours=rng.randrange(24)),
            tags=("Stammkundschaft",) if rng.random() < 0.12 else (),
        )
        self._by_name[name] = buyer
        return buyer

    def _phone(self, count: int, language: str) -> str:
        """Return a number out of the ranges kept free for films."""
        if language == "en":
            return f"+44 1632 960{count:03d}"
        if count % 3 == 0:
            return f"0171 39200{count % 100:02d}" if count < 100 else f"069 90009{count:03d}"
        return f"030 23125{count:03d}"

    def _address(self, is_near: bool) -> PostalAddress:
        rng = self._rng
        place = rng.choices(self._names["place"], self._weights)[0]
        while is_near and place["city"] != self._names["place"][0]["city"]:
            place = rng.choices(self._names["place"], self._weights)[0]
        return PostalAddress(
            street=f"{rng.choice(self._names['streets'])} {rng.randrange(1, 98)}",
            postcode=place["postcode"],
            city=place["city"],
            lat=round(place["lat"] + rng.uniform(-0.008, 0.008), 5),
            lon=round(place["lon"] + rng.uniform(-0.012, 0.012), 5),
        )
