"""Raw mails for the intake's tests."""

ERIKAS = "Erika Beispiel <erika@kundin.test>"


def a_mail(
    text: str = "Hallo, eine Schale ist zerbrochen. Was soll ich tun? Grüße, Erika",
    *,
    from_: str = ERIKAS,
    subject: str = "Schale zerbrochen",
    message_id: str = "m1@kundin.test",
    more: str = "",
) -> bytes:
    """A plain mail; `more` are further header lines, each ended by a line end."""
    head = (
        f"From: {from_}\nTo: service@shop.test\nSubject: {subject}\n"
        f"Date: Fri, 20 Nov 2026 10:11:00 +0100\n"
        + (f"Message-ID: <{message_id}>\n" if message_id else "")
        + f"{more}MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n"
        + "Content-Transfer-Encoding: 8bit\n"
    )
    return f"{head}\n{text}\n".encode().replace(b"\n", b"\r\n")


def a_bounce(of: str, recipient: str = "erika@kundin.test") -> bytes:
    """A bounce as Postfix writes it, enclosing the head of our mail `of`."""
    return (
        (
            "Return-Path: <>\n"
            "From: MAILER-DAEMON@mail.shop.test (Mail Delivery System)\n"
            "To: service@shop.test\n"
            "Subject: Undelivered Mail Returned to Sender\n"
            "Message-ID: <bounce-1@mail.shop.test>\n"
            "Auto-Submitted: auto-replied\n"
            "MIME-Version: 1.0\n"
            'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\n'
            "\n"
            "--b\nContent-Type: text/plain\n\nI'm sorry: your message could not be delivered.\n"
            "--b\nContent-Type: message/delivery-status\n\n"
            "Reporting-MTA: dns; mail.shop.test\n\n"
            f"Final-Recipient: rfc822; {recipient}\nAction: failed\nStatus: 5.2.2\n\n"
            "--b\nContent-Type: message/rfc822\n\n"
            f"From: service@shop.test\nTo: {recipient}\nSubject: Re: Schale\nMessage-ID: <{of}>\n\nHallo\n"
            "--b--\n"
        )
        .replace("\n", "\r\n")
        .encode()
    )
