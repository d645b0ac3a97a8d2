"""Shows the line to the hub: in the top bar, in the banner, and in a sentence when it comes or goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workstation.ui.shell.line_words import line_shown

if TYPE_CHECKING:
    from workstation.ui.shell.desk_window import DeskWindow


class Line:
    """One for the window."""

    def __init__(self, rooms: DeskWindow) -> None:
        self._rooms = rooms
        self._last = ""

    def show(self) -> None:
        """Show where the line stands now; buttons and the queue follow it."""
        rooms, connection = self._rooms, self._rooms.desk.sync.connection
        window = rooms.window
        rooms.case_model.on_connection(connection)
        # Without a line nothing is fetched, and the list stands still for whoever points at it.
        rooms.queue_model.set_filling(connection.state == "online" and not connection.is_caught_up)
        shown = line_shown(connection, rooms.formats, rooms.errors, rooms.desk.clock.now())
        window.top_bar.show_line(shown.words, shown.tone, shown.icon)
        if shown.strong:
            window.banner.show_banner(
                shown.strong, shown.plain, first=shown.first, second=shown.second, is_danger=shown.is_danger
            )
        else:
            window.banner.hide()
        word = shown.strong or shown.words
        if connection.state in ("offline", "online") and word != self._last:
            if self._last:
                window.announcer.announce(word)
            self._last = word
