"""Writes a customer's mail as it comes over the wire: plain or with HTML, with what they attached."""

from __future__ import annotations

import html
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from workstation.demo.drawings import file_for
from workstation.demo.shapes import MailScript


def raw_mail(script: MailScript, to: str, at: datetime | None = None) -> bytes:
    """Return the mail's bytes; ``at`` is when it was written, if not as the script says."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = Address(script.sender_name, addr_spec=script.sender)
    mail["To"] = Address("Backhaus Lindner", addr_spec=to)
    mail["Subject"] = script.subject
    mail["Date"] = format_datetime(at or script.at)
    mail["Message-ID"] = f"<{script.rfc_id}>"
    if script.in_reply_to:
        mail["In-Reply-To"] = f"<{script.in_reply_to}>"
        mail["References"] = f"<{script.in_reply_to}>"
    mail.set_content(script.text + "\n")
    if script.is_html:
        mail.add_alternative(_html(script.text), subtype="html")
    for name in script.attach:
        content, main_type, sub_type = file_for(name)
        mail.add_attachment(content, maintype=main_type, subtype=sub_type, filename=name)
    return mail.as_bytes()


def _html(text: str) -> str:
    paragraphs = "".join(
        f"<p>{html.escape(part).replace(chr(10), '<br>')}</p>\n" for part in text.split("\n\n")
    )
    return f'<html><body style="font-family: sans-serif">\n{paragraphs}</body></html>\n'
