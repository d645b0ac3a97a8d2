"""One answer nobody knows the fate of: sent by the hub's own worker over a line cut at a bad moment."""

from __future__ import annotations

from workstation.casework.case import Case
from workstation.casework.errors import RuleViolation
from workstation.casework.ids import derived_id
from workstation.casework.people import Person
from workstation.casework.wire.commands import SendMessage
from workstation.demo.materials import Materials
from workstation.hub.channels.mail.executor import MailExecutor, Outlet
from workstation.hub.core import HubCore, load_texts
from workstation.hub.ports import Tx
from workstation.hub.ports_mail import Accepted, MailUnknown
from workstation.hub.services.case_acts import MAIL, Act, EffectRoute, carry_out, mail_effect_id
from workstation.hub.services.effect_outcomes import CaseProjector
from workstation.hub.services.effects import EffectWorker
from workstation.hub.storage.billing import open_billing

_STEPS = 5
"""Claimed and sent, then looked for: more than enough for one mail."""


class _CutLine:
    """A way out that takes a mail and never answers, without an archive to look it up in."""

    has_archive = False
    visibility_lag_s = 0.0

    def send(
        self, message: bytes, envelope_from: str, recipients: tuple[str, ...], *, takes_partial: bool = False
    ) -> Accepted:
        """Raise MailUnknown: it may have arrived."""
        raise MailUnknown("the line was cut after the mail")

    def is_archived(self, message_id: str) -> bool:
        """Find nothing."""
        return False


def leave_one_in_doubt(core: HubCore, staff: dict[str, Person], materials: Materials) -> str:
    """Let an answer leave and stay in doubt, as a broken line leaves it; returns its effect, now ``manual``.

    Raises:
        RuleViolation: ``case.unknown``, or the answer was refused.
    """
    told = materials.firm["doubtful"]
    cmd_id = derived_id(core.tenant_id, "demo", "doubtful")

    def write(tx: Tx) -> None:
        case = next((one for one in tx.all_of(Case) if one.subject == told["subject"]), None)
        if case is None:
            raise RuleViolation("case.unknown", case_id=told["subject"])
        body = SendMessage(
            case_id=case.case_id,
            message_id=derived_id(cmd_id, "message"),
            text=told["text"].strip(),
            to=(case.reply_to,),
            language=case.language,
            seen_inbound_id=case.last_inbound_id,
        )
        act = Act(cmd_id, body, staff[told["by"]], tx.reference())
        carry_out(tx, act, {MAIL: EffectRoute(MAIL, "C")})

    core.database.run(core.tenant_id, write)
    outlet = Outlet(_CutLine(), materials.firm["mail_address"], materials.firm["name"])
    mail = MailExecutor(core.database, (outlet,), load_texts(), timeout_s=0.0)
    worker = EffectWorker(
        core.database, [mail], CaseProjector(open_billing), core.clock, "demo", core.tenant_id
    )
    for _ in range(_STEPS):
        worker.step()
    return mail_effect_id(cmd_id)
