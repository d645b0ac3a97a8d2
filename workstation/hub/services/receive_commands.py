"""Commands come in: each alone, once for ever, in the order of its case; every one gets a verdict."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from types import NoneType

import msgspec

from workstation.casework.errors import RuleViolation
from workstation.casework.ids import checked_id
from workstation.casework.joining import Joining
from workstation.casework.records import WorkOrder
from workstation.casework.wire.codec import decode
from workstation.casework.wire.commands import (
    Applied,
    Blocked,
    CancelDecision,
    CommandsAnswer,
    ConfirmWork,
    Decide,
    Envelope,
    IdReuse,
    Quarantined,
    RecordedException,
    Rejected,
    Scheduled,
    SettleEffect,
    Superseded,
    Verdict,
    Void,
    signed_bytes,
)
from workstation.casework.wire.commands import NeedsApproval as ApprovalNeeded
from workstation.hub.ports import Database, Tx
from workstation.hub.ports_access import Device
from workstation.hub.ports_billing import CaseStops, OpenBilling
from workstation.hub.ports_lost import OpenLostCases
from workstation.hub.ports_values import CommandRecord, NotStorable
from workstation.hub.services.case_acts import Act, Routes, carry_out, load
from workstation.hub.services.command_bodies import (
    body_of,
    forget_body,
    is_body_missing,
    is_whole,
    texts_of,
    with_body,
)
from workstation.hub.services.deciding import cancel, decide
from workstation.hub.services.dunning_guard import guard_with
from workstation.hub.services.parking import BEHIND, CASE_UNKNOWN, Elsewhere, NotBackYet, waiting_for_others
from workstation.hub.services.sessions import Caller
from workstation.hub.services.settling import settle
from workstation.system import keys
from workstation.system.crashpoint import crashpoint

_log = logging.getLogger(__name__)

ConfirmWorkOrder = Callable[[Tx, str, str], WorkOrder]
"""(transaction, work order id, person id): says that a person did it."""

_DONE = (Applied, Scheduled, ApprovalNeeded, RecordedException)
"""Verdicts after which what depends on a command may go on."""
_LONGEST_FIELD = 200
_MOST_DEPENDENCIES = 50
_OVERTAKEN = frozenset({"reply.stale"})
"""Codes that mean: somebody else was faster."""
_BUGS = (TypeError, ValueError, LookupError, AttributeError, AssertionError, ArithmeticError)


class _Head(msgspec.Struct):
    cmd_id: str = ""


class _TypeOnly(msgspec.Struct):
    type: str = ""


class CommandReceiver:
    """Receives the commands of one tenant."""

    def __init__(
        self,
        database: Database,
        tenant_id: str,
        routes: Routes,
        confirm_work: ConfirmWorkOrder,
        open_billing: OpenBilling | None = None,
        case_stops: CaseStops | None = None,
        open_lost: OpenLostCases | None = None,
    ) -> None:
        self._database = database
        self._tenant_id = tenant_id
        self._routes = routes
        self._confirm_work = confirm_work
        self._open_billing = open_billing
        self._guard = guard_with(case_stops) if case_stops is not None else None
        self._open_lost = open_lost
        self._contiguous: dict[tuple[str, str], int] = {}

    def receive(self, caller: Caller, items: Sequence[msgspec.Raw], generation: str = "") -> CommandsAnswer:
        """Return a verdict for each item that can be told apart.

        Items whose dependency has not arrived yet get none, nor does what follows on their case: they are
        to be sent again. So are those in ``parked``: after a restore they wait for what another desk
        brings. ``generation``: the hub's data the device has spoken to; empty when it says none.

        Raises:
            RuleViolation: ``feed.generation_changed`` (params: generation, that of now): nothing was taken,
                as what was handed over before has to come first, or what builds upon it would be turned down.
        """
        if generation and generation != self._database.generation:
            raise RuleViolation("feed.generation_changed", generation=self._database.generation)
        verdicts: dict[str, Verdict] = {}
        envelopes: list[Envelope] = []
        for item in items:
            try:
                envelopes.append(_storable(decode(item, Envelope)))
            except (msgspec.MsgspecError, ValueError):
                one = _id_in(item)
                if one:
                    verdicts[one] = Quarantined(cmd_id=one, code="command.unreadable")
        ordered = sorted(envelopes, key=lambda one: (one.outbox_epoch, one.device_seq))
        waiting: set[str] = set()
        parked: dict[str, str] = {}
        elsewhere = Elsewhere(self._database, self._tenant_id, self._open_lost)
        for envelope in ordered:
            if not _is_sound(envelope):
                # Such a thing has no place in the log: it could not even be stored there.
                verdicts[envelope.cmd_id] = Quarantined(cmd_id=envelope.cmd_id, code="command.unreadable")
                continue
            if envelope.case_id in waiting:
                # What comes later on a case never overtakes what waits there.
                parked |= _behind(envelope, ordered, parked)
                continue
            envelope = with_body(self._database.blobs, self._tenant_id, envelope)
            try:
                verdict = self._here_or_elsewhere(caller, envelope, elsewhere)
            except NotBackYet as missing:
                verdict, parked[envelope.cmd_id] = None, missing.code
            if verdict is not None:
                verdicts[envelope.cmd_id] = verdict
                if isinstance(verdict, _DONE):
                    forget_body(self._database.blobs, self._tenant_id, envelope)
            elif envelope.case_id:
                waiting.add(envelope.case_id)
                parked |= _behind(envelope, ordered, parked)
        crashpoint("hub.commands_committed")
        return CommandsAnswer(
            verdicts=tuple(verdicts.values()),
            generation=self._database.generation,
            last_contiguous=self._last_contiguous(caller.device.device_id, ordered, verdicts),
            parked=parked,
        )

    def look_up(self, caller: Caller, cmd_ids: Iterable[str]) -> CommandsAnswer:
        """Return the verdicts of those commands that are known."""
        found = self._database.read(self._tenant_id, lambda tx: tx.commands(cmd_ids))
        # A device that was set up anew has another id; the person is the same.
        own = [
            record.verdict
            for record in found.values()
            if record.device_id == caller.device.device_id or record.person_id == caller.person.person_id
        ]
        return CommandsAnswer(verdicts=tuple(own), generation=self._database.generation)

    def _last_contiguous(
        self, device_id: str, envelopes: Sequence[Envelope], verdicts: dict[str, Verdict]
    ) -> int:
        own = [one for one in envelopes if one.device_id == device_id]
        if not own:
            return 0
        key = (device_id, own[-1].outbox_epoch)
        known = self._contiguous.get(key, 0)
        if known and _goes_on(known, own, verdicts):
            # The usual case needs no question: this batch goes on where the last one ended.
            last = own[-1].device_seq
        else:
            last = self._database.read(self._tenant_id, lambda tx: tx.last_contiguous(*key, known))
        self._contiguous[key] = last
        return last

    def _here_or_elsewhere(self, caller: Caller, envelope: Envelope, elsewhere: Elsewhere) -> Verdict | None:
        try:
            return self._one(caller, envelope)
        except NotBackYet as missing:
            place = elsewhere.place_of(envelope.case_id) if missing.code == CASE_UNKNOWN else ""
            if not place:
                raise
            return self._one(caller, envelope, place)

    def _one(self, caller: Caller, envelope: Envelope, place: str = "") -> Verdict | None:
        try:
            return self._commit(caller, envelope, partial(self._verdict, place=place))
        except RuleViolation as violation:
            # Nothing of it was stored; its verdict is, in a transaction of its own.
            refusal = _refusal(envelope.cmd_id, violation)
            return self._commit(caller, envelope, lambda *_: refusal)
        except NotStorable:
            refusal = Rejected(cmd_id=envelope.cmd_id, code="command.not_storable")
            return self._commit(caller, envelope, lambda *_: refusal)
        except _BUGS:
            # Our own fault must neither lose the command nor stop those behind it.
            _log.exception("command %s of type %s could not be judged", envelope.cmd_id, envelope.type)
            return self._commit(caller, envelope, _failed_here)

    def _commit(
        self,
        caller: Caller,
        envelope: Envelope,
        judge: Callable[[Tx, Caller, Envelope, dict[str, CommandRecord]], Verdict | None],
    ) -> Verdict | None:
        def work(tx: Tx) -> tuple[Verdict | None, dict[str, int], bool]:
            records = tx.known_commands(
                (envelope.cmd_id, *envelope.depends_on),
                envelope.device_id,
                envelope.outbox_epoch,
                envelope.device_seq,
            )
            known = {record.cmd_id: record for record in records}
            earlier = _stored(envelope, known)
            if earlier is not None:
                return earlier, {}, False
            verdict = judge(tx, caller, envelope, known)
            if verdict is None or _is_of_other_device(caller, envelope):
                return verdict, {}, False
            if isinstance(verdict, Quarantined):
                tx.quarantine(envelope.cmd_id, bytes(envelope.body))
            if _is_number_taken(envelope, known):
                return verdict, {}, False
            _log_command(tx, envelope, verdict)
            return verdict, tx.heads, True

        verdict, heads, is_new = self._database.run(self._tenant_id, work)
        crashpoint("hub.command_committed")
        return msgspec.structs.replace(verdict, seqs=dict(heads)) if verdict and is_new else verdict

    def _verdict(
        self,
        tx: Tx,
        caller: Caller,
        envelope: Envelope,
        known: dict[str, CommandRecord],
        *,
        place: str = "",
    ) -> Verdict | None:
        """Judge a command and carry it out; ``place``: the case that stands for its own, which is lost."""
        one = envelope.cmd_id
        if is_body_missing(envelope):
            return None
        refused = _at_the_door(caller.device, envelope, known)
        if refused is not None:
            return refused
        reference = tx.reference()
        person = reference.people.get(envelope.person_id)
        if person is None or not person.is_active:
            return Quarantined(cmd_id=one, code="person.not_active")
        if not _may_speak_for(tx, caller, envelope.person_id):
            return Quarantined(cmd_id=one, code="command.other_person")
        for dependency in envelope.depends_on:
            record = known.get(dependency)
            if record is None:
                return None
            if not isinstance(record.verdict, _DONE):
                return Blocked(cmd_id=one, dependency=dependency)
        body = body_of(envelope)
        if isinstance(body, Quarantined | Rejected):
            return body
        if place and not isinstance(body, Joining):
            body = msgspec.structs.replace(body, case_id=place)
        act = Act(one, body, person, reference, envelope.was_offered)
        with waiting_for_others(tx, act, self._open_lost):
            return self._carry_out(tx, act)

    def _carry_out(self, tx: Tx, act: Act) -> Verdict:
        match act.body:
            case Void():
                return Applied(cmd_id=act.cmd_id)
            case Decide():
                return decide(tx, act, act.body, self._routes)
            case CancelDecision():
                return cancel(tx, act, act.body)
            case SettleEffect():
                return settle(tx, act, act.body, self._open_billing)
            case ConfirmWork():
                return self._confirm(tx, act, act.body)
            case _:
                return carry_out(tx, act, self._routes, self._guard)

    def _confirm(self, tx: Tx, act: Act, body: ConfirmWork) -> Verdict:
        case = load(tx, act).the_case  # whoever may not see the case may not confirm its work
        work = tx.get(WorkOrder, body.work_order_id)
        if work is None or work.customer_id != case.customer_id:
            raise RuleViolation("work_order.unknown", work_order_id=body.work_order_id)
        done = self._confirm_work(tx, body.work_order_id, act.person.person_id)
        return Applied(cmd_id=act.cmd_id, rev=done.rev)


def _behind(envelope: Envelope, batch: Sequence[Envelope], parked: dict[str, str]) -> dict[str, str]:
    """Return the envelope as one that waits behind another, if that is what it does."""
    cases = {one.case_id for one in batch if one.cmd_id in parked}
    is_behind = envelope.case_id in cases or any(one in parked for one in envelope.depends_on)
    return {envelope.cmd_id: BEHIND} if is_behind and envelope.cmd_id not in parked else {}


def _is_sound(envelope: Envelope) -> bool:
    """Whether the fields that are stored beside the body are of a size and kind that can be stored."""
    texts = (
        envelope.cmd_id,
        envelope.case_id,
        envelope.type,
        envelope.sha256,
        envelope.device_id,
        envelope.outbox_epoch,
        envelope.person_id,
        *envelope.depends_on,
    )
    is_short = all(len(text) <= _LONGEST_FIELD and "\x00" not in text for text in texts)
    return is_short and 1 <= envelope.device_seq < 2**53 and len(envelope.depends_on) <= _MOST_DEPENDENCIES


def _goes_on(known: int, envelopes: Sequence[Envelope], verdicts: dict[str, Verdict]) -> bool:
    """Whether numbers go on from ``known`` without a gap, in one epoch, and each is in the log now."""
    return all(
        one.device_seq == known + place
        and one.outbox_epoch == envelopes[0].outbox_epoch
        and not isinstance(verdicts.get(one.cmd_id), IdReuse | NoneType)
        for place, one in enumerate(envelopes, 1)
    )


def _storable(envelope: Envelope) -> Envelope:
    """Refuse what no column can hold.

    Raises:
        ValueError: a number beyond what is ever counted to, or a NUL in a text.
    """
    texts = (
        envelope.cmd_id,
        envelope.case_id,
        envelope.type,
        envelope.outbox_epoch,
        envelope.person_id,
        envelope.device_id,
        envelope.sha256,
        *envelope.depends_on,
    )
    if not 1 <= envelope.device_seq < 2**53 or any("\x00" in text for text in texts):
        raise ValueError("cannot be stored")
    return envelope


def _stored(envelope: Envelope, known: dict[str, CommandRecord]) -> Verdict | None:
    record = known.get(envelope.cmd_id)
    if record is None:
        return None
    if record.sha256 != envelope.sha256:
        return IdReuse(cmd_id=envelope.cmd_id)
    return record.verdict


def _is_of_other_device(caller: Caller, envelope: Envelope) -> bool:
    """Such a command is not even logged: it would take up numbers of a device that never sent it."""
    return envelope.device_id != caller.device.device_id


def _may_speak_for(tx: Tx, caller: Caller, person_id: str) -> bool:
    """Whether the device may bring what a person did: the one signed in, or one who was before.

    Several people share a PC, and what one did without a network goes up while the next one works. But
    nobody gets the limits of a person who never gave their password there.
    """
    return person_id == caller.person.person_id or tx.has_signed_in(person_id, caller.device.device_id)


def _is_number_taken(envelope: Envelope, known: dict[str, CommandRecord]) -> bool:
    return any(
        record.device_seq == envelope.device_seq
        and record.outbox_epoch == envelope.outbox_epoch
        and record.device_id == envelope.device_id
        for record in known.values()
    )


def _at_the_door(device: Device, envelope: Envelope, known: dict[str, CommandRecord]) -> Verdict | None:
    one = envelope.cmd_id
    if envelope.device_id != device.device_id:
        return Rejected(cmd_id=one, code="command.other_device")
    if device.state != "approved":
        return Quarantined(cmd_id=one, code="device.not_approved")
    if _is_number_taken(envelope, known):
        # Two files claim to be this device: one of them is a copy.
        return Quarantined(cmd_id=one, code="command.number_taken")
    try:
        checked_id(one)
        keys.verify(keys.unb64(device.public_key), signed_bytes(envelope), keys.unb64(envelope.signature))
    except RuleViolation as violation:
        return _refusal(one, violation)
    except (keys.BadSignature, ValueError):
        return Quarantined(cmd_id=one, code="command.bad_signature")
    if not is_whole(envelope):
        return Quarantined(cmd_id=one, code="command.wrong_hash")
    return None


def _refusal(cmd_id: str, violation: RuleViolation) -> Verdict:
    params = texts_of(violation)
    if violation.code in _OVERTAKEN:
        return Superseded(cmd_id=cmd_id, code=violation.code, by=params.get("author_id", ""), params=params)
    return Rejected(cmd_id=cmd_id, code=violation.code, params=params)


def _failed_here(
    tx: Tx, caller: Caller, envelope: Envelope, known: dict[str, CommandRecord]
) -> Verdict | None:
    return Quarantined(cmd_id=envelope.cmd_id, code="command.failed_here")


def _log_command(tx: Tx, envelope: Envelope, verdict: Verdict) -> None:
    tx.log_command(
        CommandRecord(
            cmd_id=envelope.cmd_id,
            device_id=envelope.device_id,
            outbox_epoch=envelope.outbox_epoch,
            device_seq=envelope.device_seq,
            person_id=envelope.person_id,
            case_id=envelope.case_id,
            type=envelope.type,
            sha256=envelope.sha256,
            received_at=tx.now,
            verdict=verdict,
        )
    )
    tx.audit(
        f"command.{verdict.__struct_config__.tag}",
        actor=envelope.person_id,
        subject=envelope.case_id,
        detail={"cmd_id": envelope.cmd_id, "type": envelope.type[:80], "sha256": envelope.sha256},
    )


def _id_in(item: msgspec.Raw) -> str:
    try:
        return checked_id(decode(item, _Head).cmd_id)
    except (msgspec.MsgspecError, ValueError, RuleViolation):
        return ""
