"""Lets mails arrive while one watches: each is laid into the incoming folder when its time has come."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

from workstation.demo.loading import Loaded
from workstation.demo.mails import raw_mail
from workstation.demo.shapes import Arrival, MailScript
from workstation.hub.channels.mail.transport_folder import drop_into
from workstation.system.clock import SystemClock


class Feeder(QObject):
    """Delivers the arrivals of a filled hub; ``began`` is when the window was ready."""

    def __init__(
        self, loaded: Loaded, on_dropped: Callable[[MailScript], None], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._loaded = loaded
        self._on_dropped = on_dropped
        self._clock = SystemClock()

    def start(self) -> None:
        """Start the time of every mail."""
        for arrival in self._loaded.data.arrivals:
            QTimer.singleShot(int(arrival.after * 1000), self, lambda one=arrival: self.drop(one))

    def drop(self, arrival: Arrival) -> None:
        """Deliver one mail now, as a mail server would."""
        raw = raw_mail(arrival.mail, self._loaded.mail_address, self._clock.now())
        drop_into(self._loaded.incoming, raw, f"{arrival.mail.key}.demo")
        self._on_dropped(arrival.mail)
