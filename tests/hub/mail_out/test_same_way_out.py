"""A mail that may have left is searched for, and sent again, by the same way out and under the same name."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from tests.hub.mail_out.ground import CASE, RFC_ID, Post, lay_down, the_effect, the_message, the_record
from tests.hub.mail_out.test_executor import OtherSender
from tests.hub.mail_out.texts import load_texts
from tests.hub.small_firm import TEAM, TENANT, small_firm
from workstation.casework.case import Case
from workstation.casework.people import Team, Tenant
from workstation.hub.channels.mail.executor import MailExecutor, Outlet
from workstation.hub.ports import Tx
from workstation.hub.ports_mail import Accepted, MailUnknown
from workstation.hub.ports_values import EffectUnknown

OTHER_TEAM = "01890000-0000-7000-8000-000000000003"


@pytest.fixture
def post(tmp_path: Path) -> Iterator[Post]:
    with small_firm(tmp_path) as (database, clock):
        yield Post(database, clock, tmp_path)


def test_a_case_that_changes_team_in_a_doubt_is_not_answered_twice(post: Post) -> None:
    lay_down(post.database, the_message(), the_record())
    first, second = OtherSender(MailUnknown("cut")), OtherSender(Accepted())
    executor = MailExecutor(
        post.database,
        (
            Outlet(first, "service@shop.test", team_id=TEAM),
            Outlet(second, "reklamation@shop.test", team_id=OTHER_TEAM),
        ),
        load_texts(),
    )
    with pytest.raises(EffectUnknown):
        executor.perform(the_effect())

    def moved(tx: Tx) -> None:
        tx.put(Team(team_id=OTHER_TEAM, name="Reklamation"))
        case = tx.get(Case, CASE)
        assert case is not None
        tx.put(msgspec.structs.replace(case, team_id=OTHER_TEAM))
        tenant = tx.get(Tenant, TENANT)
        assert tenant is not None
        tx.put(msgspec.structs.replace(tenant, mail_domain="neu.test"))

    post.database.run(TENANT, moved)
    first.outcome = Accepted()
    found = executor.look_up(the_effect())
    assert found is not None and found.ext_ref == RFC_ID
    executor.perform(the_effect(2))
    assert (len(first.sent), len(second.sent)) == (2, 0)
    assert f"<{RFC_ID}>".encode() in first.sent[1][0]


def test_a_remark_that_cannot_be_written_makes_no_doubt(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    lay_down(post.database, the_message(cc=("chef@kundin.test",)), the_record())
    sender = OtherSender(Accepted({"chef@kundin.test": "550 unknown"}))
    executor = post.over(sender)

    def broken(*_: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr("workstation.hub.channels.mail.executor._say_refused", broken)
    assert executor.perform(the_effect()).ext_ref == RFC_ID
