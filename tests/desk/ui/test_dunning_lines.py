"""System lines about reminders: what needs somebody's eyes is coloured, the rest is not."""

import pytest

from tests.casework.builders import NOW
from tests.desk.ui.case_files import case_file
from workstation.casework.message import Message
from workstation.ui.case_desk.conversation import ConversationWriter
from workstation.ui.case_desk.models import Tone
from workstation.ui.shared.error_text import ErrorText
from workstation.ui.shared.formats import Formats


@pytest.mark.parametrize(
    ("code", "tone", "words"),
    [
        ("dunning.block_set", "", "Mahnungen zur Rechnung R-7 ruhen"),
        ("dunning.block_lifted", "", "darf wieder erinnert werden"),
        ("dunning.block_refused", "danger", "R-7 konnten nicht gestoppt werden"),
        (
            "dunning.withheld.invoice_not_delivered",
            "ask",
            "Rechnung R-7 nie zugestellt",
        ),
    ],
)
def test_a_line_about_reminders_has_its_tone(code: str, tone: Tone, words: str) -> None:
    formats = Formats("de")
    params = {"invoice": "R-7", "code": "invoice.unknown", "level": "1"}
    line = Message(message_id="m", case_id="c", kind="system", at=NOW, code=code, params=params)
    lines = ConversationWriter(formats, ErrorText("de", formats)).lines(case_file(messages=(line,)), NOW)
    [shown] = [one for one in lines if one.key == "m"]
    assert shown.state_tone == tone
    assert words in shown.text
    assert bool(shown.icon) == bool(tone)
