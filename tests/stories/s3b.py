"""S3b, dunning before the invoice: stopped when the mail comes in, a copy sent, no second letter."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Callable
from email.message import EmailMessage

from tests.stories.firm import Customer, Firm
from tests.stories.processes import DeskProcess, wait_for
from tests.stories.s1 import must

Say = Callable[[str], None]

_COMPLAINT = (
    "Guten Tag,\n\nich habe heute eine Mahnung von Ihnen bekommen, aber nie eine Rechnung. "
    "Was soll ich bezahlen, und wofür?\n\nViele Grüße\n{name}\n"
)
_POOR_START = (
    "Guten Tag,\n\ndanke, es hat sich damit erledigt. Aber ein guter Start war das nicht.\n\n{name}\n"
)


def play(firm: Firm, say: Say) -> None:
    """Steps 1 to 7, on the screen, in the books and in the customer's mailbox."""
    vera = firm.add_debtor("Vera Kraus", delivery="failed", dunning_level=1, fee_open="5.00")
    firm.add_reminder(vera, days_ago=12)
    desk = firm.desk().start()
    try:
        _tied(firm, desk, vera, say)
        _stopped(firm, desk, vera, say)
        first = _copy_and_no_fee(firm, desk, vera, say)
        _still_an_answer(firm, desk, vera, first, say)
        _no_second_letter(firm, vera, say)
        desk.do("focus_list")
        desk.do("key", keys="E")
        wait_for(lambda: desk.do("look")["status"] == "solved", 20, "the case is settled")
        # The usual check-back after three days would open the case again, and reminders would go on resting.
        desk.do("no_check_back", case_id=vera.case_id)
        desk.do("wait", what="settled")
        _never_delivered(firm, desk, say)
    finally:
        desk.close()
    _lifted_a_week_later(firm, vera, say)


def _tied(firm: Firm, desk: DeskProcess, vera: Customer, say: Say) -> None:
    firm.write(vera, text=_COMPLAINT.format(name=vera.name))
    row = desk.do("wait_case", subject=vera.subject, within_s=30)
    vera.case_id = row["case_id"]
    must(row["customer"] == vera.name, f"the customer is known: {row['customer']}")
    seen = desk.do("open", case_id=vera.case_id)
    must(seen["invoice"], "the case is tied to the invoice")
    must(vera.invoice in " ".join(seen["timeline"]), f"the invoice stands beside it: {seen['timeline']}")
    say(f"1 the mail is case {row['number']} and tied to the invoice {vera.invoice}")


def _stopped(firm: Firm, desk: DeskProcess, vera: Customer, say: Say) -> None:
    seen = desk.do("look")
    lines = " ".join(text for _kind, text, _state in seen["lines"])
    must("ahn" in lines and vera.invoice in lines, f"a line says that reminders are stopped: {seen['lines']}")
    invoice = firm.invoice(vera)["invoice"]
    must(invoice["is_dunning_blocked"], f"the books have the block: {invoice}")
    must(str(invoice["dunning_blocked_by"]).startswith("rule:"), f"set by the rule: {invoice}")
    desk.do("picture", path=str(firm.pictures / "s3b-2-stopped.png"))
    say("2 reminders were stopped in the books as the mail came in, and the case says so")


def _copy_and_no_fee(firm: Firm, desk: DeskProcess, vera: Customer, say: Say) -> EmailMessage:
    seen = desk.do("look")
    first = seen["faces"][0]
    must(first["state"] == "now", f"the first decision is green: {seen['faces']}")
    desk.do("focus_list")
    desk.do("key", keys="Alt+1")
    desk.do("wait", what="held")
    desk.do("wait", what="draft")
    desk.do("picture", path=str(firm.pictures / "s3b-3-held.png"))
    desk.do("key", keys="Ctrl+Return")
    desk.do("wait", what="booked", within_s=60)
    desk.do("wait", what="answered", within_s=60)
    mail = _mails(firm, vera)[0]
    papers = [part for part in mail.iter_attachments() if part.get_content_type() == "application/pdf"]
    must(len(papers) == 1, f"the copy is attached once: {[part.get_filename() for part in papers]}")
    must(papers[0].get_content().startswith(b"%PDF-"), "it is a PDF")
    text = _text(mail)
    must(vera.invoice in text, f"the mail names the invoice: {text}")
    must("5,00" in text, f"and the fee that is dropped: {text}")
    must("{" not in text and "⟨" not in text, f"no slot is left open: {text}")
    state = firm.invoice(vera)
    must(not state["invoice"].get("fee_open", {}).get("minor_units"), f"the fee is waived: {state}")
    must(state["invoice"].get("copy_sent_at"), f"the books know when the copy left: {state}")
    desk.do("picture", path=str(firm.pictures / "s3b-3-sent.png"))
    say(f"3 one key: {first['title']}; the mail has the second copy as PDF")
    return mail


def _still_an_answer(firm: Firm, desk: DeskProcess, vera: Customer, first: EmailMessage, say: Say) -> None:
    text = _POOR_START.format(name=vera.name)
    firm.write(vera, f"Re: {vera.subject}", text, answers=str(first["Message-ID"]))
    wait_for(
        lambda: any("guter Start" in words for _k, words, _s in desk.do("look")["lines"]),
        30,
        "the second mail is in the same case",
    )
    desk.do("focus_list")
    desk.do("key", keys="E")
    seen = desk.do("look")
    must(seen["status"] != "solved", "a case whose customer waits is not settled without an answer")
    desk.do("picture", path=str(firm.pictures / "s3b-4-answer-first.png"))
    desk.do("key", keys="Escape")
    desk.do("focus_list")
    desk.do("key", keys="R")
    desk.do("type", text="Guten Tag, Sie haben recht, das war kein guter Start. Es ist nun alles in Ordnung.")
    desk.do("key", keys="Ctrl+Return")
    wait_for(lambda: len(firm.answers_to(vera)) == 2, 60, "the second answer has arrived")
    say("4 «es hat sich erledigt» wants an answer all the same, and gets one")


def _no_second_letter(firm: Firm, vera: Customer, say: Say) -> None:
    before = len(firm.answers_to(vera))
    report = firm.dun()
    mine = [one for one in report["items"] if one["invoice_number"] == vera.invoice]
    must(all(one["outcome"] == "blocked" for one in mine), f"nothing was sent: {report}")
    must(firm.invoice(vera)["invoice"]["dunning_level"] == 1, "the level stays")
    must(len(firm.answers_to(vera)) == before, "no letter has left")
    say("5 the next dunning run sends no second letter")


def _never_delivered(firm: Firm, desk: DeskProcess, say: Say) -> None:
    max_ = firm.add_debtor("Max Ohlsen", delivery="not_sent")
    report = firm.dun(days_ahead=1)
    mine = [one for one in report["items"] if one["invoice_number"] == max_.invoice]
    must(mine and mine[0]["outcome"] == "withheld", f"nothing was sent: {report}")
    must(mine[0]["code"] == "invoice_not_delivered", f"and the report says why: {report}")
    wait_for(
        lambda: [row for row in desk.do("queue")["rows"] if max_.invoice in row["subject"]],
        40,
        "a case says that a reminder was kept back",
    )
    must(not firm.answers_to(max_), "no letter has left")
    desk.do("picture", path=str(firm.pictures / "s3b-7-kept-back.png"))
    say("7 a reminder for an invoice that never arrived is kept back, and a case says so")


def _lifted_a_week_later(firm: Firm, vera: Customer, say: Say) -> None:
    """The case's own stop ends a week after closing; what the agent has promised holds as long as it says."""

    def sources() -> set[str]:
        return {str(one["source"]).partition(":")[0] for one in firm.invoice(vera)["blocks"]}

    for days, is_stopped_by_case in ((6, True), (8, False)):
        firm.travel(days)
        if is_stopped_by_case:
            firm.hub_has_looked()
        else:
            wait_for(lambda: "case" not in sources(), 60, "the stop of the case is lifted")
        found = sources()
        must(("case" in found) is is_stopped_by_case, f"{days} days after closing: {found}")
        must(found - {"case"}, f"what was promised to the customer still holds: {found}")
    firm.travel(30)
    wait_for(lambda: not sources(), 60, "reminders may go on")
    must(not firm.invoice(vera)["invoice"].get("is_dunning_blocked"), "and the invoice says so")
    firm.travel(0)
    say("6 the stop is lifted a week after closing, not before; the day promised to the customer is kept")


def _mails(firm: Firm, who: Customer) -> list[EmailMessage]:
    found = wait_for(lambda: firm.answers_to(who), 40, f"a mail for {who.name}")
    mails = [email.message_from_bytes(raw, policy=email.policy.default) for raw in found]
    assert all(isinstance(mail, EmailMessage) for mail in mails)
    return mails


def _text(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    return str(body.get_content()) if body is not None else ""
