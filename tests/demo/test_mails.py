"""Mails of the invented firm, read by the hub's own reader."""

import io

import pytest
from PIL import Image

from workstation.demo.drawings import file_for
from workstation.demo.mails import raw_mail
from workstation.demo.shapes import DataSet
from workstation.hub.channels.mail import parse

TO = "service@backhaus-lindner.example"


def test_every_mail_is_read_as_it_was_written(firm: DataSet) -> None:
    mails = [case.mail for case in firm.open if case.mail] + [one.mail for one in firm.arrivals]
    assert len(mails) > 25
    for script in mails:
        read = parse(raw_mail(script, TO))
        assert read.subject == script.subject
        assert [address.address for address in read.from_] == [script.sender]
        assert read.text.split() == script.text.split()
        assert bool(read.html) == script.is_html
        assert tuple(file.name for file in read.attachments) == script.attach
        assert read.message_id == script.rfc_id
        assert not read.is_auto_reply and not read.is_bounce


def test_an_answer_names_the_mail_it_answers(firm: DataSet) -> None:
    script = next(one.mail for one in firm.arrivals if one.mail.in_reply_to)
    assert parse(raw_mail(script, TO)).in_reply_to == (script.in_reply_to,)


def test_pictures_are_real_and_always_the_same(firm: DataSet) -> None:
    names = {name for case in firm.open if case.mail for name in case.mail.attach}
    names |= {name for one in firm.arrivals for name in one.mail.attach}
    for name in names:
        content, main_type, _ = file_for(name)
        assert content == file_for(name)[0]
        assert len(content) < 100_000
        if main_type == "image":
            with Image.open(io.BytesIO(content)) as image:
                image.verify()
        else:
            assert content.startswith(b"%PDF-")


def test_a_mail_cannot_be_written_to_nobody(firm: DataSet) -> None:
    with pytest.raises(ValueError, match="local-part"):
        raw_mail(firm.arrivals[0].mail, "not an address @ all")
