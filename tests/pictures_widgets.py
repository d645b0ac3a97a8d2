"""Draws every widget in every state into a folder: python -m tests.pictures_widgets FOLDER."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QDateTimeEdit,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QMenu,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QRadioButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from tests.desk.ui.samples import (
    NOW,
    AtOnce,
    CustomersInMemory,
    QueueInMemory,
    formats,
    sample_items,
    sample_rows,
)
from workstation.ui.customer_pane.view import CustomerPane
from workstation.ui.customer_pane.view_model import CustomerViewModel
from workstation.ui.inbox.view import QueuePane
from workstation.ui.inbox.view_model import QueueViewModel
from workstation.ui.shared.avatar import Avatar
from workstation.ui.shared.banner import Banner
from workstation.ui.shared.chips import Chip, FactChip
from workstation.ui.shared.decision_button import DecisionButton, DecisionFace, DecisionState
from workstation.ui.shared.decision_grid import DecisionGrid
from workstation.ui.shared.empty_state import EmptyState
from workstation.ui.shared.formats import Language
from workstation.ui.shared.notice import Notice
from workstation.ui.shared.popover import Popover
from workstation.ui.shared.rail_button import RailButton
from workstation.ui.shared.segmented import Segmented
from workstation.ui.shared.skeleton import Skeleton
from workstation.ui.shared.text_field import SearchField, TextField
from workstation.ui.shared.theme import Theme
from workstation.ui.shared.toasts import Toasts
from workstation.ui.shared.undo_bar import UndoBar
from workstation.ui.shared.words import Words

SHORT = (
    DecisionFace(DecisionState.NOW, "42,90 € erstatten", "an PayPal …8821, 1 bis 2 Tage", key="Alt+1",
                 may_change_amount=True),
    DecisionFace(DecisionState.NOW, "Ersatz Fr 07:30", "gleiche Torte, Tour 3, kostenlos", key="Alt+2"),
    DecisionFace(DecisionState.APPROVAL, "Erstatten + 20 € Gutschein", "62,90 €, Rahmen 50 €", key="Alt+3"),
    DecisionFace(DecisionState.BLOCKED, "Rechnung stornieren", "schon bezahlt, bitte erstatten", key="Alt+4"),
)  # fmt: skip


def _faces() -> list[tuple[str, DecisionFace]]:
    state = DecisionState
    refund = "42,90 € erstatten"
    return [
        ("Ruhe", SHORT[0]),
        ("Zeiger darüber", SHORT[0]),
        ("Fokus", SHORT[0]),
        ("Gedrückt", SHORT[0]),
        ("Läuft", DecisionFace(state.RUNNING, refund, "PayPal antwortet normal in 2 s")),
        ("Erledigt", DecisionFace(state.DONE, "42,90 € erstattet", "Gutschrift G-2291", "Gebucht 14:14")),
        ("Freigabe nötig", SHORT[2]),
        ("Freigabe angefragt", DecisionFace(state.ASKED, "62,90 € angefragt",
                                            "seit 14:13, du kannst weiterarbeiten", "Bei Tanja Weiß")),
        ("Freigabe abgelehnt", DecisionFace(state.DECLINED, "Erstatten + 20 € Gutschein",
                                            "Tanja Weiß: Gutschein nicht nötig")),
        ("Nicht erlaubt", SHORT[3]),
        ("Nicht erlaubt, Fokus", SHORT[3]),
        ("Offline", DecisionFace(state.OFFLINE, refund, "bucht, sobald du online bist", key="Alt+1")),
    ]  # fmt: skip


def decision_states(theme: Theme) -> QWidget:
    """All states of the decision button."""
    page = _page(theme.px(736), theme.px(640))
    grid = QGridLayout(page)
    grid.setContentsMargins(38, 20, 38, 20)
    grid.setHorizontalSpacing(18)
    for number, (name, face) in enumerate(_faces()):
        label = QLabel(name)
        theme.style(label, "caption", tone="secondary")
        button = DecisionButton(theme, page)
        button.show_face(face)
        button.setProperty("stateName", name)
        row, column = divmod(number, 2)
        grid.addWidget(label, row * 2, column)
        grid.addWidget(button, row * 2 + 1, column)
        button.setFixedHeight(button.heightForWidth(theme.px(321)))
        button._is_hovered = name == "Zeiger darüber"
        button.setDown(name == "Gedrückt")
    return page


def decision_grid(theme: Theme) -> QWidget:
    """The grid at two widths, wide and too narrow for two columns."""
    page = _page(720, 560)
    column = QVBoxLayout(page)
    for width in (640, 560, 420):
        grid = DecisionGrid(theme, page)
        grid.show_faces(SHORT)
        grid.setFixedWidth(width)
        column.addWidget(grid)
    column.addStretch(1)
    return page


def parts(theme: Theme) -> QWidget:
    """Notices, banner, undo bar, chips, tabs, fields, rail, toasts."""
    page = _page(1000, 860)
    column = QVBoxLayout(page)
    column.setSpacing(12)
    banner = Banner(theme, page)
    banner.show_banner(
        "Keine Verbindung seit 14:06.",
        "Du kannst weiterarbeiten. 3 Vorgänge warten im Ausgang und gehen automatisch raus.",
        first="Ausgang ansehen",
        second="Neu verbinden",
    )
    column.addWidget(banner)
    error = Notice(theme, page)
    error.show_notice(
        "danger",
        "Erstattung nicht gebucht",
        "PayPal meldet: Konto geschlossen. Es ist kein Geld geflossen, die Antwort wurde nicht gesendet.",
        first="Per Überweisung",
        second="Erneut",
        details="paypal.account_closed",
    )
    column.addWidget(error)
    conflict = Notice(theme, page)
    conflict.show_notice("accent", "Jonas Beck hat um 14:11 geantwortet", "Dein Entwurf bleibt gespeichert.",
                         first="Antwort zeigen", second="Trotzdem senden", is_first_primary=True)  # fmt: skip
    column.addWidget(conflict)
    for reduced in (False, True):
        theme.is_motion_reduced = reduced
        bar = UndoBar(theme, page)
        bar.start("42,90 € werden erstattet", "PayPal …8821, Gutschrift folgt", 8, 6)
        bar.stop()
        column.addWidget(bar)
        if reduced:
            picture = QLabel(page)
            picture.setPixmap(bar._ring.grab())
            column.addWidget(picture)
    column.addLayout(_chips(theme, page))
    tabs = Segmented(theme, parent=page)
    tabs.show_items([("all", "Alle", 15), ("mine", "Meine", 6), ("team", "Team", 9)])
    column.addWidget(tabs)
    lines = Segmented(theme, kind="tab", parent=page)
    lines.show_items([("reply", "Antwort", None), ("note", "Interne Notiz", None)])
    column.addWidget(lines)
    column.addLayout(_fields(theme, page))
    column.addLayout(_rail(theme, page))
    column.addLayout(_buttons(theme, page))
    column.addStretch(1)
    theme.is_motion_reduced = False
    return page


def _chips(theme: Theme, page: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    for words, tone, icon in (
        ("−12 min", "danger", ""),
        ("18 min", "ask", ""),
        ("Antwort in 18 min", "ask", "timer"),
        ("Jonas liest mit", "note", "eye"),
    ):
        chip = Chip(theme, parent=page)
        chip.show_words(words, tone, icon)  # type: ignore[arg-type]
        row.addWidget(chip)
    for words, state in (
        ("Erstattung 42,90 €", "known"),
        ("Gutschrift-Nr. folgt", "late"),
        ("Weicht von der Buchung ab: 42,90 €", "deviating"),
    ):
        fact = FactChip(theme, page)
        fact.show_fact(words, state)  # type: ignore[arg-type]
        row.addWidget(fact)
    for size, name, is_staff in ((40, "Anna Bergmann", False), (32, "Lisa Sommer", True)):
        avatar = Avatar(theme, size, is_staff=is_staff, parent=page)
        avatar.set_name(name)
        row.addWidget(avatar)
    row.addStretch(1)
    return row


def _fields(theme: Theme, page: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    row.addWidget(SearchField(theme, "Suchen oder Befehl eingeben", "Strg K", page))
    good = TextField(theme, "Anmeldename", page)
    good.set_text("lisa")
    bad = TextField(theme, "Adresse des Servers", page)
    bad.set_text("htp:/hub")
    bad.show_fault("Das ist keine Adresse. Beispiel: https://hub.example:8443")
    row.addWidget(good)
    row.addWidget(bad)
    return row


def _rail(theme: Theme, page: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    for icon, word, count in (
        ("inbox", "Eingang", 15),
        ("shield-check", "Freigaben", 3),
        ("users", "Kunden", 0),
        ("store", "Theke", 0),
        ("chart-no-axes-column", "Zahlen", 0),
        ("settings", "Mehr", 0),
    ):
        button = RailButton(theme, icon, word, page)
        button.setChecked(word == "Eingang")
        button.set_badge(count, "ask" if word == "Freigaben" else "accent")
        row.addWidget(button)
    row.addStretch(1)
    return row


def _buttons(theme: Theme, page: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    for words, kind, icon in (
        ("Senden", "primary", "send"),
        ("Senden und erledigen", "secondary", ""),
        ("62,90 € freigeben", "go", "check"),
        ("Ablehnen …", "danger", "x"),
        ("Jetzt buchen", "ghost", ""),
        ("Mehr", "link", ""),
        ("", "icon", "user"),
        ("", "icon-ghost", "search"),
    ):
        button = QPushButton(words, page)
        theme.style(button, "bodyMedium", kind=kind)
        tones = {"primary": "text.onSolid", "go": "text.onSolid", "danger": "danger.text"}
        if icon:
            theme.set_icon(button, icon, tones.get(kind, "text.primary"))
        row.addWidget(button)
    row.addStretch(1)
    return row


def queue_model(language: Language) -> QueueViewModel:
    """A loaded queue like in the reference picture."""
    source = QueueInMemory(sample_rows())
    model = QueueViewModel(source, AtOnce(), lambda: NOW, formats(language))
    model.load()
    return model


def panes(theme: Theme, language: Language) -> QWidget:
    """Queue and customer pane side by side, a case chosen and focused."""
    page = _page(1440, 900)
    row = QHBoxLayout(page)
    row.setContentsMargins(80, 52, 0, 0)
    row.setSpacing(0)
    queue = QueuePane(theme, queue_model(language), page)
    queue.setFixedWidth(theme.px(340))
    queue.setObjectName("queue")
    row.addWidget(queue)
    middle = QWidget(page)
    row.addWidget(middle, 1)
    toasts = Toasts(theme, page, 440)
    if language == "de":
        toasts.show_toast("Tanja Weiß hat 62,90 € freigegeben", icon="shield-check", act="Öffnen")
        toasts.show_toast("Wiedervorlage Kita Regenbogen", act="Rückgängig")
    else:
        toasts.show_toast("Tanja Weiß has approved €62.90", icon="shield-check", act="Open")
        toasts.show_toast("Follow-up Kita Regenbogen", act="Undo")
    customer_model = CustomerViewModel(
        CustomersInMemory(sample_items()), AtOnce(), lambda: NOW, formats(language)
    )
    customer = CustomerPane(theme, customer_model, can_call=True, can_edit=True, parent=page)
    customer.setFixedWidth(theme.px(356))
    customer_model.show_customer("anna")
    row.addWidget(customer)
    queue.choose_case("2")
    return page


def queue_states(theme: Theme, language: Language) -> QWidget:
    """The queue compact, empty, empty by filter, loading."""
    page = _page(1440, 700)
    row = QHBoxLayout(page)
    row.setSpacing(8)
    news = queue_model(language)
    full = QueuePane(theme, news, page)
    news._set_pending(2)
    nothing = QueueInMemory([])
    nothing.next_promise_at, nothing.next_promise = (
        NOW.replace(hour=14, minute=30),
        "Angebot an Hotel Sonnenhof",
    )
    empty_model = QueueViewModel(nothing, AtOnce(), lambda: NOW, formats(language))
    empty_model.load()
    empty = QueuePane(theme, empty_model, page)
    filtered_model = queue_model(language)
    filtered = QueuePane(theme, filtered_model, page)
    filtered._ask_channel("post")
    loading = QueuePane(theme, queue_model(language), page)
    loading._skeleton._appear()
    loading._skeleton._offer_way_out()
    loading.list.lower()
    for pane in (full, empty, filtered, loading):
        pane.setFixedWidth(theme.px(340))
        row.addWidget(pane)
    news.toggle_waiting()
    return page


def overlays(theme: Theme) -> QWidget:
    """Popover, empty state, timeline skeleton."""
    page = _page(1000, 560)
    anchor = QPushButton("Ausgang ansehen", page)
    theme.style(anchor, "bodyMedium")
    anchor.move(800, 10)
    anchor.adjustSize()
    popover = Popover(theme, page)
    popover.show_words("Ausgang", "3 Vorgänge", "Reihenfolge bleibt erhalten. Erst buchen, dann antworten.")
    for words in ("Antwort an Petra Hohmann", "18,60 € erstatten, B-09911", "Wiedervorlage Kita Regenbogen"):
        label = QLabel(words, popover)
        theme.style(label, "bodyMedium")
        popover.body.addWidget(label)
    popover.open_at(anchor)
    popover.move(QPoint(580, 50))
    empty = EmptyState(theme, page)
    solved = "Erste Antwort im Mittel nach 6 Minuten. Zwei Zusagen sind noch offen."
    empty.show_words("circle-check", "Heute 23 Fälle gelöst", solved, "Weiter")
    empty.setGeometry(0, 0, 300, 540)
    skeleton = Skeleton(theme, "timeline", page)
    skeleton.setGeometry(320, 0, 240, 540)
    skeleton._appear()
    return page


def controls(theme: Theme) -> QWidget:
    """Qt's own controls under the one style sheet."""
    page = _page(760, 520)
    grid = QGridLayout(page)
    combo = QComboBox()
    combo.addItems(["Deutsch", "Englisch"])
    ticked, plain, chosen = (
        QCheckBox("Bewegung reduzieren"),
        QCheckBox("Nur ungelesene"),
        QRadioButton("Hell"),
    )
    ticked.setChecked(True)
    chosen.setChecked(True)
    number, moment, bar = QSpinBox(), QDateTimeEdit(), QProgressBar()
    bar.setValue(40)
    rows = QListWidget()
    rows.addItems(["Bestellung B-10482", "Bestellung B-09911"])
    rows.setCurrentRow(0)
    note, text = QPlainTextEdit("Fahrer bestätigt: Karton gekippt."), QPlainTextEdit()
    note.setProperty("kind", "note")
    text.setPlaceholderText("Antwort schreiben.")
    menu = QMenu(page)
    for words in ("Nur ungelesene", "E-Mail", "Telefon"):
        action = menu.addAction(words)
        action.setCheckable(True)
        action.setChecked(words == "E-Mail")
    theme.style(menu, "body")
    opened = QLabel()
    opened.setPixmap(menu.grab())
    day = QDateTimeEdit()
    day.setCalendarPopup(True)
    off = QPushButton("Nicht verfügbar")
    off.setEnabled(False)
    widgets = (
        combo,
        ticked,
        plain,
        chosen,
        QRadioButton("Dunkel"),
        number,
        moment,
        bar,
        rows,
        note,
        text,
        opened,
        day,
        off,
    )
    for place, widget in enumerate(widgets):
        theme.style(widget, "body")
        grid.addWidget(widget, place // 3, place % 3)
    return page


def _page(width: int, height: int) -> QWidget:
    page = QWidget()
    page.setProperty("surface", "app")
    page.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    page.resize(width, height)
    return page


def main() -> int:
    """Draw all pictures; returns the exit status."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path("build/pictures/widgets")
    folder.mkdir(parents=True, exist_ok=True)
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    theme, words = Theme(app, folder / "cache"), Words(app)
    for scheme in ("light", "dark"):
        for language in ("de", "en"):
            words.use(language)
            theme.apply(choice=scheme)
            _draw_all(app, theme, folder, f"{scheme}-{language}", language)
    words.use("de")
    theme.apply(choice="light", scale=1.3)
    _draw_all(app, theme, folder, "scale130", "de")
    theme.apply(choice="light", scale=1.0, density="compact")
    _draw(app, folder / "panes-compact.png", lambda: panes(theme, "de"))
    return 0


def _draw_all(app: QApplication, theme: Theme, folder: Path, suffix: str, language: Language) -> None:
    _draw(app, folder / f"decision-states-{suffix}.png", lambda: decision_states(theme))
    _draw(app, folder / f"decision-grid-{suffix}.png", lambda: decision_grid(theme))
    _draw(app, folder / f"controls-{suffix}.png", lambda: controls(theme))
    _draw(app, folder / f"parts-{suffix}.png", lambda: parts(theme))
    _draw(app, folder / f"panes-{suffix}.png", lambda: panes(theme, language))
    _draw(app, folder / f"queue-states-{suffix}.png", lambda: queue_states(theme, language))
    _draw(app, folder / f"overlays-{suffix}.png", lambda: overlays(theme))


def _draw(app: QApplication, path: Path, make: Callable[[], QWidget]) -> None:
    page = make()
    page.show()
    page.activateWindow()
    app.processEvents()
    for button in page.findChildren(DecisionButton):
        if str(button.property("stateName")).endswith("Fokus"):
            button.setFocus()
    queue = page.findChild(QueuePane, "queue")
    if isinstance(queue, QueuePane):
        queue.focus_list()
    app.processEvents()
    page.grab().save(str(path))
    page.close()
    page.deleteLater()
    app.processEvents()


if __name__ == "__main__":
    sys.exit(main())
