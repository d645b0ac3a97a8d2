"""The line to the hub in words: top bar, banner, and what a screen reader is told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from workstation.services.views import Connection
from workstation.ui.shared.error_text import ErrorText
from workstation.ui.shared.formats import Formats
from workstation.ui.shared.words import translate
from workstation.ui.shell.view_top_bar import LineTone


@dataclass(frozen=True, slots=True)
class LineShown:
    """What is shown of a connection; an empty ``strong`` means no banner."""

    words: str
    tone: LineTone
    icon: str
    strong: str = ""
    plain: str = ""
    first: str = ""
    second: str = ""
    is_danger: bool = False


def waiting_words(count: int) -> str:
    """«3 Vorgänge warten im Ausgang und gehen automatisch raus.»"""
    if count == 0:
        return ""
    if count == 1:
        return translate("Line", "1 Vorgang wartet im Ausgang und geht automatisch raus.")
    return translate("Line", "{count} Vorgänge warten im Ausgang und gehen automatisch raus.").format(
        count=count
    )


def compared_words(connection: Connection, formats: Formats, now: datetime) -> str:
    """«Zuletzt verglichen 14:03, 0 Abweichungen»: whether what is shown here is what the hub has."""
    if connection.compared_at is None:
        return translate("Line", "Noch nicht mit dem Hub verglichen")
    at = formats.moment(connection.compared_at, now)
    if connection.mended == 0:
        return translate("Line", "Zuletzt verglichen {time}, 0 Abweichungen").format(time=at)
    if connection.mended == 1:
        return translate("Line", "Zuletzt verglichen {time}, 1 Abweichung behoben").format(time=at)
    words = translate("Line", "Zuletzt verglichen {time}, {count} Abweichungen behoben")
    return words.format(time=at, count=connection.mended)


def _too_old(connection: Connection, see: str) -> LineShown:
    """Of desk and hub one is too old for the other: which, and what to do."""
    if connection.code == "feed.hub_too_old":
        return LineShown(
            translate("Line", "Hub zu alt"),
            "ask",
            "download",
            translate("Line", "Der Hub ist zu alt für dieses Programm."),
            translate("Line", "Was du entscheidest, bleibt gespeichert. Bitte lass den Hub aktualisieren."),
            see,
        )
    return LineShown(
        translate("Line", "Update nötig"),
        "ask",
        "download",
        translate("Line", "Dieses Programm ist zu alt für den Hub."),
        translate("Line", "Was du entscheidest, geht noch raus. Neues siehst du erst nach dem Update."),
        see,
    )


def line_shown(connection: Connection, formats: Formats, errors: ErrorText, now: datetime) -> LineShown:
    """Return how ``connection`` is shown."""
    since = formats.time(connection.since)
    see = translate("Line", "Ausgang ansehen")
    if connection.is_read_only:
        return LineShown(
            translate("Line", "Nur lesen"),
            "danger",
            "circle-alert",
            translate("Line", "Der Datenträger ist voll."),
            translate(
                "Line", "Du kannst lesen. Gib Platz frei, dann kannst du weiter entscheiden und schreiben."
            ),
            second=translate("Line", "Erneut versuchen"),
            is_danger=True,
        )
    if connection.state == "offline":
        plain = " ".join(
            part
            for part in (translate("Line", "Du kannst weiterarbeiten."), waiting_words(connection.waiting))
            if part
        )
        return LineShown(
            translate("Line", "Offline seit {time}").format(time=since),
            "ask",
            "wifi-off",
            translate("Line", "Keine Verbindung seit {time}.").format(time=since),
            plain,
            see,
            translate("Line", "Neu verbinden"),
        )
    if connection.state == "update_needed":
        return _too_old(connection, see)
    if connection.state == "sign_in":
        return LineShown(translate("Line", "Anmeldung nötig"), "ask", "lock")
    if connection.state == "stale":
        at = formats.time(connection.last_sync_at) if connection.last_sync_at else since
        return LineShown(translate("Line", "Stand {time}").format(time=at), "ask", "clock")
    if connection.is_disk_low:
        return LineShown(translate("Line", "Wenig Platz"), "ask", "triangle-alert")
    if connection.loading is not None:
        percent = round(connection.loading * 100)
        words = translate("Line", "Lädt … {percent} %").format(percent=percent)
        return LineShown(words, "secondary", "refresh-cw")
    if connection.waiting:
        words = translate("Line", "{count} im Ausgang").format(count=connection.waiting)
        return LineShown(words, "secondary", "refresh-cw")
    return LineShown(translate("Line", "Verbunden"), "go", "circle-check")
