"""The dunning run of a day: each invoice in a transaction of its own, once, however often it is started."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import partial

import msgspec

from workstation.casework.case import Case
from workstation.casework.case_state import CaseState, Given, put_message, say, settled, with_case
from workstation.casework.errors import RuleViolation
from workstation.casework.ids import derived_id
from workstation.casework.message import AttachmentMeta, Message
from workstation.casework.records import DunningNotice
from workstation.casework.wire.codec import encode
from workstation.hub.documents.reminder import ReminderOf, render_reminder
from workstation.hub.ports import Database, Tx
from workstation.hub.ports_backend import EffectClass
from workstation.hub.ports_billing import (
    DUNNING_RULE,
    Billing,
    DunningLevel,
    OpenBilling,
    ReminderRow,
    RunItem,
    Seller,
    levels_in,
    seller_in,
)
from workstation.hub.ports_values import Effect
from workstation.hub.services.case_acts import MAIL, store
from workstation.hub.services.dunning_guard import rule_owner
from workstation.hub.services.dunning_plan import Plan, mail_address, planned
from workstation.hub.services.dunning_state import book_fee, keep, taken, today
from workstation.hub.services.dunning_texts import DunningTexts, Written, written
from workstation.system.crashpoint import crashpoint

_PAGE = 200
_CHANGED_MEANWHILE = 5
_ASK_AGAIN = timedelta(days=7)
"""A case about a reminder that was kept back is opened again at the most once in that time."""
_DONE = ("solved", "no_case")


class RunReport(msgspec.Struct, frozen=True, kw_only=True):
    """What a run has done, or would do; ``is_repeat`` when it had been over before."""

    on: date
    items: tuple[RunItem, ...]
    is_dry: bool = False
    is_repeat: bool = False

    def count(self, outcome: str) -> int:
        """Return how many invoices ended so."""
        return sum(item.outcome == outcome for item in self.items)


class _Settings(msgspec.Struct, frozen=True, kw_only=True):
    levels: tuple[DunningLevel, ...]
    seller: Seller


class _Paper(msgspec.Struct, frozen=True, kw_only=True):
    words: Written
    file: AttachmentMeta


class DunningRun:
    """Runs for one tenant; any number of them at once do each invoice once."""

    def __init__(
        self,
        database: Database,
        open_billing: OpenBilling,
        tenant_id: str,
        texts: DunningTexts,
        mail_class: EffectClass = "C",
    ) -> None:
        self._database = database
        self._open_billing = open_billing
        self._tenant_id = tenant_id
        self._texts = texts
        self._mail_class = mail_class

    def run(self, on: date, *, is_dry: bool = False) -> RunReport:
        """Run as of the day ``on``, or go on with a run of that day that was cut off.

        Raises:
            RuleViolation: ``dunning.run_in_future``, ``dunning.run_before_last``, ``billing.seller_missing``.
        """
        settings = self._database.read(self._tenant_id, partial(self._settings, on=on))
        if is_dry:
            items = tuple(plan.item() for plan in self._plans(on, settings))
            return RunReport(on=on, items=items, is_dry=True)
        if not self._write(lambda tx, billing: billing.begin_run(on, tx.now)):
            return RunReport(on=on, items=self._items(on), is_repeat=True)
        crashpoint("dunning.begun")
        for plan in self._plans(on, settings):
            self._settle(on, plan, settings)
            crashpoint("dunning.invoice_done")
        self._write(lambda tx, billing: billing.end_run(on, tx.now))
        crashpoint("dunning.over")
        return RunReport(on=on, items=self._items(on))

    def _settings(self, tx: Tx, on: date) -> _Settings:
        billing, tenant = self._open_billing(tx), tx.reference().tenant
        now = today(tx)
        if on > now and not tenant.is_trial:
            raise RuleViolation("dunning.run_in_future", on=on.isoformat(), today=now.isoformat())
        last = billing.last_run()
        if last is not None and on < last:
            raise RuleViolation("dunning.run_before_last", on=on.isoformat(), last=last.isoformat())
        seller = seller_in(billing)
        if seller is None:
            raise RuleViolation("billing.seller_missing")
        levels = sorted(levels_in(billing, tenant.currency), key=lambda level: level.level)
        return _Settings(levels=tuple(levels), seller=seller)

    def _plans(self, on: date, settings: _Settings) -> Iterator[Plan]:
        """Yield what is meant for every invoice whose time has come, page by page."""
        after = ""
        while True:
            ids, plans = self._database.read(
                self._tenant_id, partial(self._page, on=on, after=after, settings=settings)
            )
            yield from plans
            if len(ids) < _PAGE:
                return
            after = ids[-1]

    def _page(self, tx: Tx, on: date, after: str, settings: _Settings) -> tuple[tuple[str, ...], list[Plan]]:
        billing = self._open_billing(tx)
        ids = billing.overdue(on, after, _PAGE)
        found = (
            planned(tx, billing, invoice_id, on, settings.levels)
            for invoice_id in ids
            if not billing.has_item(on, invoice_id)
        )
        return ids, [plan for plan in found if plan is not None]

    def _settle(self, on: date, plan: Plan, settings: _Settings) -> None:
        """Do what is planned; when the invoice has changed since, think again."""
        wanted: Plan | None = plan
        for _ in range(_CHANGED_MEANWHILE):
            if wanted is None:
                return
            paper = self._paper(on, wanted, settings) if wanted.outcome == "reminded" else None
            crashpoint("dunning.paper_kept")
            again = self._write(partial(self._do, on=on, plan=wanted, paper=paper, levels=settings.levels))
            if again is True:
                return
            wanted = again if isinstance(again, Plan) else None
        raise RuleViolation("dunning.never_still", invoice=plan.invoice.number)

    def _paper(self, on: date, plan: Plan, settings: _Settings) -> _Paper:
        customer, invoice, level = plan.customer, plan.invoice, plan.level
        assert customer is not None
        reference = self._database.read(self._tenant_id, lambda tx: tx.reference())
        words = written(self._texts, reference, settings.seller, invoice, customer, level, on)
        source = ReminderOf(
            invoice=invoice,
            customer=customer,
            seller=settings.seller,
            on=on,
            fees=invoice.fee_open + level.fee,
            title=words.subject,
            text=words.text,
            language=words.language,
            number=_notice_number(invoice.number, level.level),
        )
        content = render_reminder(source)
        file = AttachmentMeta(
            sha256=self._database.blobs.put(self._tenant_id, content),
            name=source.file_name,
            size=len(content),
            content_type="application/pdf",
        )
        return _Paper(words=words, file=file)

    def _do(
        self,
        tx: Tx,
        billing: Billing,
        on: date,
        plan: Plan,
        paper: _Paper | None,
        levels: tuple[DunningLevel, ...],
    ) -> Plan | bool | None:
        """Carry the plan out; True when done, another plan when the invoice is not any more what it was."""
        invoice_id = plan.invoice.invoice_id
        case_id = _case_to_tell(tx, plan)
        file = tx.case_file(case_id, lock=True)
        taken(tx, billing, invoice_id)
        if billing.has_item(on, invoice_id):
            return True
        now = planned(tx, billing, invoice_id, on, levels)
        if now != plan:
            return now
        number = _notice_number(plan.invoice.number, plan.level.level)
        if paper is not None:
            _remind(tx, billing, on, plan, paper, file.state, self._mail_class)
        else:
            _withhold(tx, billing, on, plan, file.state)
        billing.add_item(on, plan.item(number if paper is not None else ""))
        tx.audit(
            f"dunning.{plan.outcome}",
            actor=DUNNING_RULE,
            subject=invoice_id,
            detail={"on": on.isoformat(), "level": str(plan.level.level), "code": plan.code},
        )
        return True

    def _write(self, work: Callable[[Tx, Billing], object]) -> object:
        return self._database.run(self._tenant_id, lambda tx: work(tx, self._open_billing(tx)))

    def _items(self, on: date) -> tuple[RunItem, ...]:
        return self._database.read(self._tenant_id, lambda tx: self._open_billing(tx).items_of(on))


def dunning_case_id(tenant_id: str, invoice_id: str) -> str:
    """Return the id of the case in which an invoice is dunned: answers and bounces come together there."""
    return derived_id(tenant_id, "case", "dunning", invoice_id)


def _notice_number(invoice_number: str, level: int) -> str:
    return f"{invoice_number}-M{level}"


def _case_to_tell(tx: Tx, plan: Plan) -> str:
    """Return the case to tell: of a reminder kept back an open one about the invoice, where there is one."""
    own = dunning_case_id(tx.tenant_id, plan.invoice.invoice_id)
    if plan.outcome != "withheld":
        return own
    cases = tx.cases_of_customer(plan.invoice.customer_id)
    about = [one for one in cases if one.invoice_id == plan.invoice.invoice_id]
    return next((one.case_id for one in about if one.status not in _DONE and not one.merged_into), own)


def _remind(
    tx: Tx,
    billing: Billing,
    on: date,
    plan: Plan,
    paper: _Paper,
    before: CaseState,
    mail_class: EffectClass,
) -> None:
    invoice, level, customer = plan.invoice, plan.level, plan.customer
    assert customer is not None
    notice = _notice(tx, on, plan, "planned")
    message_id = derived_id("message", notice.notice_id, on.isoformat())
    effect_id = derived_id("effect", notice.notice_id, on.isoformat())
    state = before if before.case is not None else _new_case(tx, plan, subject=paper.words.subject)
    message = Message(
        message_id=message_id,
        case_id=state.the_case.case_id,
        kind="outbound",
        at=tx.now,
        author_id=DUNNING_RULE,
        author_name=tx.reference().tenant.name,
        to=(mail_address(customer),),
        subject=paper.words.subject,
        text=paper.words.text,
        attachments=(paper.file,),
        language=paper.words.language,
        delivery="queued",
    )
    given = _given(tx, state, f"{notice.notice_id}/{on}")
    store(tx, before, settled(put_message(state, message), given))
    tx.put(notice)
    row = ReminderRow(
        invoice_id=invoice.invoice_id,
        level=level.level,
        notice_id=notice.notice_id,
        run_on=on,
        status="planned",
        effect_id=effect_id,
        message_id=message_id,
        case_id=message.case_id,
    )
    billing.keep_reminder(row)
    book_fee(tx, invoice.invoice_id, effect_id, level.fee)
    raised = msgspec.structs.replace(
        invoice, dunning_level=level.level, fee_open=invoice.fee_open + level.fee
    )
    keep(tx, billing, raised)
    tx.add_effect(_mail_effect(tx, row, mail_class))


def _mail_effect(tx: Tx, row: ReminderRow, mail_class: EffectClass) -> Effect:
    return Effect(
        effect_id=row.effect_id,
        command_id=row.effect_id,
        case_id=row.case_id,
        kind=MAIL,
        target=MAIL,
        effect_class=mail_class,
        payload=encode({"case_id": row.case_id, "message_id": row.message_id}),
        not_before=tx.now,
        created_at=tx.now,
        message_id=row.message_id,
    )


def _withhold(tx: Tx, billing: Billing, on: date, plan: Plan, before: CaseState) -> None:
    """Send nothing and say why; what a person has to put right is seen in the queue."""
    notice = _notice(tx, on, plan, "withheld")
    tx.put(notice)
    billing.keep_reminder(
        ReminderRow(
            invoice_id=plan.invoice.invoice_id,
            level=plan.level.level,
            notice_id=notice.notice_id,
            run_on=on,
            status="withheld",
        )
    )
    if plan.outcome != "withheld":
        return
    subject = f"{plan.invoice.number}"
    state = before if before.case is not None else _new_case(tx, plan, subject=subject)
    given = _given(tx, state, f"{notice.notice_id}/{on}")
    case = state.the_case
    was_told = any(line.code == f"dunning.withheld.{plan.code}" for line in before.messages)
    is_new = before.case is None
    is_asleep = case.status in _DONE and not is_new
    if is_asleep and was_told and case.solved_at is not None and tx.now < case.solved_at + _ASK_AGAIN:
        return
    if is_new or is_asleep:
        state = with_case(
            state, status="open", solved_at=None, snoozed_until=None, no_case_reason=None, follow_up_at=tx.now
        )
    state = say(
        state,
        given,
        f"dunning.withheld.{plan.code}",
        invoice=plan.invoice.number,
        level=str(plan.level.level),
    )
    store(tx, before, settled(state, given))


def _notice(tx: Tx, on: date, plan: Plan, status: str) -> DunningNotice:
    """Return the one notice of this level, new or as it is known with what is true today."""
    invoice, level = plan.invoice, plan.level
    notice_id = derived_id(tx.tenant_id, "dunning", invoice.number, str(level.level))
    known = tx.get(DunningNotice, notice_id)
    return DunningNotice(
        notice_id=notice_id,
        rev=known.rev if known else 0,
        invoice_id=invoice.invoice_id,
        customer_id=invoice.customer_id,
        level=level.level,
        sent_on=on,
        fee=level.fee,
        status="planned" if status == "planned" else "withheld",
        code=plan.code,
        number=_notice_number(invoice.number, level.level),
    )


def _new_case(tx: Tx, plan: Plan, subject: str) -> CaseState:
    """Return the case in which an invoice is dunned; it is nobody's work until somebody answers."""
    customer, invoice = plan.customer, plan.invoice
    case = Case(
        case_id=dunning_case_id(tx.tenant_id, invoice.invoice_id),
        team_id=_team_of(tx, invoice.customer_id),
        opened_at=tx.now,
        number=tx.next_number("case"),
        customer_id=invoice.customer_id,
        customer_name=customer.name if customer else "",
        subject=subject,
        channel="mail",
        reply_to=mail_address(customer),
        language=customer.language if customer else "de",
        order_id=invoice.order_id,
        invoice_id=invoice.invoice_id,
        opened_by=DUNNING_RULE,
        status="solved",
        solved_at=tx.now,
    )
    return CaseState(case=case, customer=customer)


def _given(tx: Tx, state: CaseState, named: str) -> Given:
    reference = tx.reference()
    actor, name = rule_owner(reference)
    team_id = state.the_case.team_id
    return Given(
        at=tx.now,
        person_id=actor,
        person_name=name,
        command_id=named,
        policy=reference.policy_of(team_id),
        calendar=reference.calendar_of(team_id),
    )


def _team_of(tx: Tx, customer_id: str) -> str:
    latest = next(iter(tx.cases_of_customer(customer_id)), None)
    return latest.team_id if latest else next(iter(sorted(tx.reference().teams)), "")
