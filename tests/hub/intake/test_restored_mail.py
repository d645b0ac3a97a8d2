"""After a restore a mail may be put to another case than before; what was done on its own case follows it."""

from __future__ import annotations

import msgspec

from tests.hub.commands.test_rights import OTHER_TEAM
from tests.hub.intake.conftest import Desk
from tests.hub.intake.mails import a_mail
from tests.hub.service_desk import ServiceDesk
from tests.hub.small_firm import TENANT
from workstation.casework.people import Team
from workstation.casework.wire import commands as c
from workstation.casework.wire.codec import encode
from workstation.casework.wire.commands import CommandsAnswer, Envelope
from workstation.hub.ports import Tx
from workstation.hub.services.parking import case_of_mail


def push(desk: ServiceDesk, *envelopes: Envelope) -> CommandsAnswer:
    return desk.receiver.receive(desk.caller, [msgspec.Raw(encode(one)) for one in envelopes])


def written(desk: Desk, office: ServiceDesk, case_id: str) -> list[Envelope]:
    """What somebody did on the case of the second mail before the data fell back to a copy."""
    reply = c.SendMessage(
        case_id=case_id,
        message_id=office.new_id(),
        text="Guten Tag, wir sehen nach.",
        to=("erika@kundin.test",),
        is_forced=True,
    )
    note = c.AddNote(case_id=case_id, message_id=office.new_id(), text="Kundin wartet")
    return [office.envelope(body, was_offered=True) for body in (reply, note)]


def test_what_was_done_on_a_mails_own_case_follows_the_mail(desk: Desk) -> None:
    office = ServiceDesk(desk.database, desk.clock)
    # In the copy this case is open. It was settled afterwards, so the second mail opened a case of its own.
    first = desk.take(a_mail(), uid=1)
    desk.database.bump_generation()
    again = desk.take(a_mail("Hallo?", subject="Hallo?", message_id="m2@kundin.test"), uid=2)
    lost = case_of_mail(TENANT, again.intake_id)
    assert again.case_id == first.case_id != lost
    acts = written(desk, office, lost)
    answer = push(office, *acts)
    assert answer.parked == {}
    assert [type(one) for one in answer.verdicts] == [c.Applied, c.Applied]
    assert push(office, *acts).verdicts == answer.verdicts
    assert answer.last_contiguous == 2
    file = desk.file(first.case_id)
    assert {"Guten Tag, wir sehen nach.", "Kundin wartet"} < {one.text for one in file.messages}
    assert desk.file(lost).case is None
    # An effect that may have left before the restore is looked for before it leaves.
    (effect,) = desk.database.read(TENANT, lambda tx: tx.effects_of_command(acts[0].cmd_id))
    assert (effect.case_id, effect.claimed_by) == (first.case_id, "before restore")


def test_until_the_mail_is_fetched_again_it_is_waited_for(desk: Desk) -> None:
    office = ServiceDesk(desk.database, desk.clock)
    desk.take(a_mail(), uid=1)
    desk.database.bump_generation()
    lost = case_of_mail(TENANT, "nobody has fetched it yet")
    acts = written(desk, office, lost)
    assert set(push(office, *acts).parked) == {one.cmd_id for one in acts}


def test_a_case_that_no_mail_stands_for_is_unknown_where_nothing_was_restored(desk: Desk) -> None:
    office = ServiceDesk(desk.database, desk.clock)
    row = desk.take(a_mail(), uid=1)
    second = desk.take(a_mail("Hallo?", subject="Hallo?", message_id="m2@kundin.test"), uid=2)
    lost = case_of_mail(TENANT, second.intake_id)
    assert second.case_id == row.case_id
    codes = [one.code for one in push(office, *written(desk, office, lost)).verdicts]  # type: ignore[union-attr]
    assert codes == ["case.unknown"] * 2


def test_whoever_may_not_see_the_mails_case_now_does_nothing_there(desk: Desk) -> None:
    office = ServiceDesk(desk.database, desk.clock)
    first = desk.take(a_mail(), uid=1)
    desk.database.bump_generation()
    again = desk.take(a_mail("Hallo?", subject="Hallo?", message_id="m2@kundin.test"), uid=2)
    assert again.case_id == first.case_id

    def give_away(tx: Tx) -> None:
        tx.put(Team(team_id=OTHER_TEAM, name="Filiale"))
        tx.put(msgspec.structs.replace(tx.case_file(first.case_id).state.the_case, team_id=OTHER_TEAM))

    desk.database.run(TENANT, give_away)
    before = desk.file(first.case_id)
    acts = written(desk, office, case_of_mail(TENANT, again.intake_id))
    assert [one.code for one in push(office, *acts).verdicts] == ["case.other_team"] * 2  # type: ignore[union-attr]
    assert desk.file(first.case_id) == before
