"""The frozen values that reading a mail gives."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Address:
    """One mailbox: `name` as shown (may be empty), `address` as written (may lack an @)."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """One attached file. `name` is for display only: never use it as a path.

    `size` is in bytes of the decoded content. `content_id` (without brackets) is what `cid:` links
    in the HTML point at; `is_inline` says that the mail shows it inside its text.
    """

    name: str
    size: int
    content_type: str
    content: bytes = field(repr=False)
    content_id: str = ""
    is_inline: bool = False


@dataclass(frozen=True, slots=True)
class ParsedMail:
    """Everything the intake takes from one raw mail; every text is valid UTF-8 without NUL.

    `subject`, names and addresses are one line each. `text` is never empty when the mail has any
    readable text; `html` is as received and must be sanitised before it is shown. Message ids have
    no brackets. The fields after `bounce_recipients` serve the intake:

    * `reply_to`, `date` (aware UTC, None when missing or unreadable);
    * `never_answer`: the rules by which no automatic text may ever go back (see `loop_guard`);
    * `warnings`: codes such as `name_shows_other_address`, `several_from`, `cut_headers`;
    * `returned_message_ids`: of our mails that a bounce or an automatic reply encloses;
    * `is_delayed`: a server still tries, nothing is lost yet (then `is_bounce` is False).
    """

    from_: tuple[Address, ...] = ()
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    subject: str = ""
    text: str = ""
    html: str = ""
    attachments: tuple[Attachment, ...] = ()
    message_id: str | None = None
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    is_auto_reply: bool = False
    is_bounce: bool = False
    bounce_recipients: tuple[str, ...] = ()
    reply_to: tuple[Address, ...] = ()
    date: datetime | None = None
    never_answer: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    returned_message_ids: tuple[str, ...] = ()
    is_delayed: bool = False


@dataclass(frozen=True, slots=True)
class ParseFailure:
    """A mail not read: `reason` is `timeout`, `crashed`, `memory`, `unreadable` or `too_large`."""

    reason: str
