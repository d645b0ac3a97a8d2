"""Channel mail: raw bytes in, frozen values out; nothing here touches a network or a database."""

from workstation.hub.channels.mail.parse import parse
from workstation.hub.channels.mail.parsed import Address, Attachment, ParsedMail

__all__ = ["Address", "Attachment", "ParsedMail", "parse"]
