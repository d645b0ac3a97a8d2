"""Mail out by SMTP: one transaction per mail with the archive as a further recipient, outcomes told apart."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable

from workstation.hub.channels.mail.connection import UnsafeServer, close_imap, open_imap, open_smtp
from workstation.hub.channels.mail.mailbox_settings import SmtpSettings
from workstation.hub.ports_mail import Accepted, MailboxUnavailable, MailNotSent, MailRefused, MailUnknown

_BUSY_S = 60.0
_FULL_S = 300.0


class SmtpSender:
    """Implements :class:`workstation.hub.ports_mail.MailSender`; a connection per mail, no state.

    ``before_data``: called when the server has agreed to the recipients and the text begins to leave.
    """

    def __init__(self, settings: SmtpSettings, before_data: Callable[[], None] = lambda: None) -> None:
        self._settings = settings
        self._before_data = before_data

    @property
    def has_archive(self) -> bool:
        """True when an archive mailbox is set."""
        return self._settings.archive is not None

    @property
    def visibility_lag_s(self) -> float:
        """How long an accepted mail may take until the archive shows it."""
        return self._settings.archive.visibility_lag_s if self._settings.archive else 0.0

    def send(
        self, message: bytes, envelope_from: str, recipients: tuple[str, ...], *, takes_partial: bool = False
    ) -> Accepted:
        """Send once, to all recipients and the archive, in one SMTP transaction.

        ``takes_partial``: go on without recipients that are to be tried later (4xx); else all wait.

        Raises:
            MailRefused: a 5xx answer; nobody received it. Also when no recipient but the archive was taken.
            MailNotSent: no connection or a 4xx answer before the text was taken; nobody received it.
            MailUnknown: the connection broke after the text had begun to leave.
        """
        if not recipients:
            raise MailRefused("mail.no_recipient")
        try:
            connection = open_smtp(self._settings.server, self._settings.local_name)
        except UnsafeServer as error:
            raise MailNotSent(f"refused to use {error}", _FULL_S) from error
        except smtplib.SMTPAuthenticationError as error:
            raise MailNotSent(f"sign-in refused: {_words(error.smtp_error)}", _FULL_S) from error
        except smtplib.SMTPResponseException as error:
            raise MailNotSent(f"{error.smtp_code} {_words(error.smtp_error)}", _BUSY_S) from error
        except (OSError, ssl.SSLError, smtplib.SMTPException) as error:
            raise MailNotSent(f"{type(error).__name__}: {error}") from error
        try:
            return self._transaction(connection, message, envelope_from, recipients, takes_partial)
        finally:
            _say_good_bye(connection)

    def _transaction(
        self,
        connection: smtplib.SMTP,
        message: bytes,
        envelope_from: str,
        recipients: tuple[str, ...],
        takes_partial: bool,
    ) -> Accepted:
        needs_utf8 = not all(address.isascii() for address in (envelope_from, *recipients))
        if needs_utf8 and not connection.has_extn("smtputf8"):
            raise MailRefused("mail.server_knows_no_such_address", address=_first_foreign(recipients))
        options = ["SMTPUTF8", "BODY=8BITMIME"] if needs_utf8 else []
        if connection.has_extn("size"):
            options.append(f"SIZE={len(message)}")
        try:
            _agree("mail.refused", *connection.mail(envelope_from, options))
            refused, answers = _offer(connection, recipients)
            _check_taken(refused, answers, len(recipients), takes_partial)
            if self._settings.archive is not None:
                _agree("mail.archive_refused", *connection.rcpt(self._settings.archive.address, []))
        except (OSError, smtplib.SMTPServerDisconnected) as error:
            raise MailNotSent(f"{type(error).__name__}: {error}") from error
        self._before_data()
        return self._hand_over(connection, message, refused)

    def _hand_over(self, connection: smtplib.SMTP, message: bytes, refused: dict[str, str]) -> Accepted:
        try:
            code, words = connection.data(message)
        except smtplib.SMTPDataError as error:
            # The server refused the DATA command itself: no text has left.
            if error.smtp_code >= 500:
                raise MailRefused(
                    "mail.refused", answer=f"{error.smtp_code} {_words(error.smtp_error)}"
                ) from error
            raise MailNotSent(f"{error.smtp_code} {_words(error.smtp_error)}", _BUSY_S) from error
        except (OSError, smtplib.SMTPServerDisconnected) as error:
            raise MailUnknown(f"{type(error).__name__}: {error}") from error
        _agree("mail.refused", code, words)
        return Accepted(refused)

    def is_archived(self, message_id: str) -> bool:
        """Search the archive mailbox for the Message-ID (without brackets), exactly.

        Raises:
            MailboxUnavailable: no archive is set, or it could not be asked.
        """
        import imaplib

        from imap_tools.errors import ImapToolsError

        archive = self._settings.archive
        if archive is None:
            raise MailboxUnavailable("mailbox.no_archive")
        where = archive.server
        box = open_imap(where, archive.folder)
        try:
            quoted = message_id.replace("\\", "").replace('"', "")
            for uid in box.uids(f'HEADER Message-ID "<{quoted}>"', charset=None):
                data = box.client.uid("FETCH", uid, "(BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])")[1]
                # A search may match a part of a header: the field itself decides.
                if any(isinstance(part, tuple) and f"<{quoted}>".encode() in part[1] for part in data):
                    return True
            return False
        except (OSError, imaplib.IMAP4.error, ImapToolsError) as error:
            raise MailboxUnavailable(
                "mailbox.unreachable", host=where.host, port=where.port, why=str(error)[:200]
            ) from error
        finally:
            close_imap(box)


def _agree(refusal: str, code: int, words: bytes) -> None:
    if 200 <= code < 300:
        return
    if code >= 500:
        raise MailRefused(refusal, answer=f"{code} {_words(words)}")
    raise MailNotSent(f"{code} {_words(words)}", _BUSY_S)


def _offer(connection: smtplib.SMTP, recipients: tuple[str, ...]) -> tuple[dict[str, str], list[int]]:
    refused: dict[str, str] = {}
    answers: list[int] = []
    for address in recipients:
        code, words = connection.rcpt(address, [])
        if not 200 <= code < 300:
            answers.append(code)
            refused[address] = f"{code} {_words(words)}"
    return refused, answers


def _check_taken(refused: dict[str, str], answers: list[int], offered: int, takes_partial: bool) -> None:
    if not refused:
        return
    said = "; ".join(f"{address}: {words}" for address, words in refused.items())[:500]
    if any(code < 500 for code in answers) and (len(refused) == offered or not takes_partial):
        raise MailNotSent(said, _BUSY_S)
    if len(refused) == offered:
        raise MailRefused("mail.recipient_refused", answer=said)


def _say_good_bye(connection: smtplib.SMTP) -> None:
    # Whatever happens now does not change the outcome.
    try:
        connection.quit()
    except (OSError, smtplib.SMTPException):
        connection.close()


def _first_foreign(recipients: tuple[str, ...]) -> str:
    return next((address for address in recipients if not address.isascii()), "")


def _words(answer: bytes | str) -> str:
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return " ".join(text.split())[:300]
