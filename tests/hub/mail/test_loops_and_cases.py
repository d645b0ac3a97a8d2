"""Loop protection and the marks by which a mail finds its case."""
# ruff: noqa: E501 - mails in tables read better unbroken

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.hub.mail.build import mail
from workstation.hub.channels.mail import parse
from workstation.hub.channels.mail.loop_guard import (
    RATE_LIMITS,
    blocked_until,
    may_send,
    reasons_not_to_answer,
)
from workstation.hub.channels.mail.threading import (
    bare_subject,
    message_id_candidates,
    reply_subject,
    subject_token,
    subject_tokens,
)

NOON = datetime(2025, 5, 5, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ("Auto-Submitted: auto-replied", "auto_submitted"),
        ("Auto-Submitted: auto-generated; x=y", "auto_submitted"),
        ("Auto-Submitted: Auto-Notified (a comment)", "auto_submitted"),
        ("Precedence: bulk", "precedence"),
        ("Precedence: list", "precedence"),
        ("Precedence: Junk", "precedence"),
        ("X-Auto-Response-Suppress: All", "auto_response_suppress"),
        ("X-Auto-Response-Suppress: DR, OOF, AutoReply", "auto_response_suppress"),
        ("X-Loop: yes", "x_loop"),
        ("List-Id: <l.k.test>", "list"),
        ("Return-Path: <>", "null_return_path"),
        ("Return-Path: < >", "null_return_path"),
        ("From: MAILER-DAEMON@k.test", "mailer_daemon"),
        ("From: Postmaster <postmaster@k.test>", "mailer_daemon"),
        ("Message-ID: <abc@Shop.Test>", "own_message_id"),
    ],
)
def test_mails_that_are_never_answered(headers: str, reason: str) -> None:
    head = headers if headers.startswith("From") else f"From: erika@kundin.test\r\n{headers}"
    assert reason in reasons_not_to_answer(parse(mail(headers=head)), ["shop.test"])


def test_ordinary_mails_may_be_answered() -> None:
    for headers in (
        "",
        "Auto-Submitted: no",
        "Auto-Submitted: auto-forwarded",
        "Precedence: normal",
        "Return-Path: <erika@kundin.test>",
        "Message-ID: <a@kundin.test>",
        "X-Auto-Response-Suppress: None",
        "References: <a@shop.test>",
    ):
        raw = mail(headers=f"From: erika@kundin.test\r\n{headers}".strip())
        assert reasons_not_to_answer(parse(raw), ["shop.test"]) == ()


@pytest.mark.parametrize(("limit", "minutes"), [(10, 10), (15, 30), (25, 60), (50, 180), (100, 600)])
def test_limits_per_case_and_recipient(limit: int, minutes: int) -> None:
    assert (limit, timedelta(minutes=minutes)) in RATE_LIMITS
    step = timedelta(minutes=minutes) / limit
    sent = [NOON - timedelta(seconds=1) - step * i for i in range(limit)]
    assert not may_send(sent, NOON)
    assert blocked_until([sent[0]] * (limit - 1) if limit == 10 else [], NOON) is None
    longer = [one for one, window in RATE_LIMITS if window > timedelta(minutes=minutes)]
    assert may_send([time - timedelta(minutes=minutes) for time in sent], NOON) == (
        limit < min(longer, default=101)
    )
    until = blocked_until(sent, NOON)
    assert until is not None
    assert until > NOON
    assert may_send(sent, until)


@given(st.lists(st.integers(0, 36_000), max_size=130))
def test_no_window_is_ever_exceeded(asked_at: list[int]) -> None:
    sent: list[datetime] = []
    for second in sorted(asked_at):
        now = NOON + timedelta(seconds=second)
        if may_send(sent, now):
            sent.append(now)
        for limit, window in RATE_LIMITS:
            assert sum(time > now - window for time in sent) <= limit


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ("Re: Ihre Schale [#48213]", ("48213",)),
        ("[#48213] AW: [#7] x [#48213]", ("48213", "7")),
        ("Ihre Schale (Fall [#48213])", ("48213",)),
        ("Bestellung #48213", ()),
        ("[48213]", ()),
        ("abc[#48213]", ()),
        ("[#48213]abc", ()),
        ("[#48213", ()),
        ("[# 48213]", ()),
        ("[#4821a]", ()),
        ("[##48213]", ()),
        ('<a title="[#48213]">', ()),
        ("href=[#48213]", ()),
        ("https://x.test/[#48213]", ()),
        ("[#1234567890123]", ()),
        ("", ()),
    ],
)
def test_tokens_in_subjects(subject: str, expected: tuple[str, ...]) -> None:
    assert subject_tokens(subject) == expected


def test_tokens_in_html_attributes_never_reach_the_text() -> None:
    parsed = parse(
        mail(
            content_type="text/html",
            body='<p title="[#48213]"><a href="https://x.test/[#48213]">Hallo</a></p>',
        )
    )
    assert "48213" not in parsed.text


def test_candidates_come_in_order_of_weight() -> None:
    parsed = parse(
        mail(
            headers="In-Reply-To: <c@s.test>\r\nReferences: <a@s.test> <b@s.test> <c@s.test>\r\nFrom: a@k.test"
        )
    )
    assert message_id_candidates(parsed) == ("c@s.test", "b@s.test", "a@s.test")


def test_subjects_of_answers() -> None:
    assert subject_token(48213) == "[#48213]"
    assert bare_subject("AW: Re: FW: WG: Ihre Schale [#48213]") == "Ihre Schale"
    assert bare_subject("Re[2]: Ihre Schale") == "Ihre Schale"
    assert bare_subject("Rechnung: falsch") == "Rechnung: falsch"
    assert reply_subject("AW: Re: Ihre Schale [#48213]", 48213) == "Re: Ihre Schale [#48213]"
    assert reply_subject("Ihre Schale") == "Re: Ihre Schale"
    assert subject_tokens(reply_subject("x", 5)) == ("5",)
