"""Folding of quoted text, as German and English clients write it; no character is ever lost."""
# ruff: noqa: E501 - mails in tables read better unbroken

import pytest

from workstation.hub.channels.mail.quoting import fold, visible_text

# name: (what the person wrote, what follows: introduction, quotation, signature)
CLIENTS = {
    "GMX / Web.de web": (
        "Ja, bitte erstatten.\n\nViele Grüße\nErika Muster",
        '\n\nGesendet: Montag, 5. Mai 2025 um 10:11 Uhr\nVon: "Shop" <service@shop.test>\nAn: erika@gmx.test\n'
        "Betreff: Ihre Schale\n\nGuten Tag Frau Muster,\nwas wünschen Sie?\n",
    ),
    "GMX web with rule": (
        "Ja, bitte.",
        "\n\n\nGesendet: Montag, 05. Mai 2025 um 10:11 Uhr\nVon: service@shop.test\nAn: e@gmx.test\nBetreff: x\n> alt\n",
    ),
    "GMX app": (
        "Ja, bitte.",
        "\n\n-- \nDiese Nachricht wurde von meinem Android Mobiltelefon mit GMX Mail gesendet.\n\n"
        "Am 05.05.25, 10:11 schrieb Shop <service@shop.test>:\n\nGuten Tag\n",
    ),
    "Web.de app": (
        "Ja, bitte.",
        "\n\nGesendet mit der WEB.DE Mail App\n\n> Am 05.05.25 um 10:11 schrieb Shop:\n>\n> Guten Tag\n",
    ),
    "T-Online": (
        "Ja, bitte.",
        "\n\n-----Original-Nachricht-----\nBetreff: Ihre Schale\nDatum: 2025-05-05T10:11:00+0200\n"
        'Von: "Shop" <service@shop.test>\nAn: "erika@t-online.test" <erika@t-online.test>\n\nGuten Tag\n',
    ),
    "Outlook German": (
        "Ja, bitte.\n\nMit freundlichen Grüßen\nErika Muster",
        "\n\nVon: Shop <service@shop.test> \nGesendet: Montag, 5. Mai 2025 10:11\nAn: Erika Muster <e@k.test>\n"
        "Betreff: AW: Ihre Schale\n\nGuten Tag\n",
    ),
    "Outlook German, old": (
        "Ja, bitte.",
        "\n\n-----Ursprüngliche Nachricht-----\nVon: Shop [mailto:service@shop.test] \nGesendet: Montag, 5. Mai\n"
        "An: Erika\nBetreff: x\n\nGuten Tag\n",
    ),
    "Outlook English": (
        "Yes please.",
        "\n\nFrom: Shop <service@shop.test>\nSent: Monday, May 5, 2025 10:11 AM\nTo: Erika <e@k.test>\n"
        "Cc: Chef <c@k.test>\nSubject: RE: Your bowl\n\nHello\n",
    ),
    "Outlook web": (
        "Ja, bitte.",
        "\n________________________________\nVon: Shop <service@shop.test>\nGesendet: Montag, 5. Mai 2025 10:11\n"
        "An: e@k.test\nBetreff: x\n\nGuten Tag\n",
    ),
    "Outlook bold": (
        "Ja, bitte.",
        "\n\n*Von:* Shop <service@shop.test>\n*Gesendet:* Montag, 5. Mai 2025 10:11\n*An:* e@k.test\n*Betreff:* x\n\nText\n",
    ),
    "Outlook phone": (
        "Ja, bitte.",
        "\n\nOutlook für Android beziehen<https://aka.ms/AAb9ysg>\n________________________________\n"
        "From: Shop <service@shop.test>\nSent: Monday, May 5, 2025 10:11:00 AM\nTo: e@k.test\nSubject: x\n\nHello\n",
    ),
    "Outlook phone English": ("Yes.", "\n\nGet Outlook for iOS<https://aka.ms/o0ukef>\n"),
    "Apple Mail German": (
        "Ja, bitte.",
        "\n\n> Am 05.05.2025 um 10:11 schrieb Shop <service@shop.test>:\n> \n> Guten Tag\n> \n",
    ),
    "Apple Mail German, unmarked": (
        "Ja, bitte.",
        "\n\nAm 05.05.2025 um 10:11 schrieb Shop <service@shop.test>:\n\nGuten Tag\n",
    ),
    "Apple Mail English": (
        "Yes.",
        "\n\n> On 5. May 2025, at 10:11, Shop <service@shop.test> wrote:\n> \n> Hello\n",
    ),
    "iPhone": (
        "Ja, bitte.",
        "\n\nVon meinem iPhone gesendet\n\n> Am 05.05.2025 um 10:11 schrieb Shop <service@shop.test>:\n> \n> ﻿Guten Tag\n",
    ),
    "iPhone English": ("Yes.", "\n\nSent from my iPhone\n\n> On May 5, 2025, at 10:11 AM, Shop <s@x.test> wrote:\n> \n> a\n"),
    "Thunderbird German": ("Ja, bitte.", "\n\nAm 05.05.25 um 10:11 schrieb Shop:\n> Guten Tag\n>\n> Text\n"),
    "Thunderbird English": ("Yes.", "\n\nOn 05/05/2025 10:11, Shop wrote:\n> Hello\n"),
    "Thunderbird forwarded": (
        "Siehe unten.",
        "\n\n-------- Weitergeleitete Nachricht --------\nBetreff: \tx\nDatum: \tMon, 5 May 2025\nVon: \tShop\nAn: \te\n\nText\n",
    ),
    "Samsung German": (
        "Ja, bitte.",
        "\n\nVon meinem Samsung Galaxy Smartphone gesendet.\n\n\n-------- Ursprüngliche Nachricht --------\n"
        "Von: Shop <service@shop.test> \nDatum: 05.05.25  10:11  (GMT+01:00) \nAn: e@k.test \nBetreff: x \n\nText\n",
    ),
    "Samsung English": (
        "Yes.",
        "\n\nSent from my Galaxy\n\n-------- Original message --------\nFrom: Shop <s@x.test>\nDate: 5/5/25 10:11 AM (GMT+01:00)\nTo: e\nSubject: x\n\nText\n",
    ),
    "Gmail German": (
        "Ja, bitte.",
        "\n\nAm Mo., 5. Mai 2025 um 10:11 Uhr schrieb Shop <service@shop.test>:\n\n> Guten Tag\n>\n",
    ),
    "Gmail German, wrapped": (
        "Ja, bitte.",
        "\n\nAm Mo., 5. Mai 2025 um 10:11 Uhr schrieb Shop Kundenservice <\nservice@shop.test>:\n\n> Guten Tag\n",
    ),
    "Gmail English, wrapped": (
        "Yes.",
        "\n\nOn Mon, May 5, 2025 at 10:11 AM Shop Customer Service Department\n<service@shop.test> wrote:\n\n> Hello\n",
    ),
    "Gmail, narrow no-break space": (
        "Yes.", "\n\nOn Mon, May 5, 2025 at 10:11\u202fAM Shop <service@shop.test> wrote:\n\n> Hello\n",
    ),
    "Gmail forwarded": (
        "Siehe unten.",
        "\n\n---------- Forwarded message ---------\nVon: Shop <s@x.test>\nDate: Mo., 5. Mai 2025\nSubject: x\nTo: <e@k.test>\n\nText\n",
    ),
    "Apple forwarded": ("Siehe unten.", "\n\nAnfang der weitergeleiteten Nachricht:\n\n> Von: Shop\n> Betreff: x\n>\n> Text\n"),
    "Yahoo": (
        "Ja, bitte.",
        "\n\nGesendet von Yahoo Mail auf Android\n\n  Am Mo., Mai 5, 2025 bei 10:11, Shop<service@shop.test> schrieb:   Guten Tag\n",
    ),
    "Proton": (
        "Yes.", "\n\nSent with Proton Mail secure email.\n\n------- Original Message -------\nOn Monday, May 5th, 2025 at 10:11, Shop <s@x.test> wrote:\n\n> Hello\n",
    ),
    "Windows Mail": (
        "Ja, bitte.",
        "\n\nGesendet von Mail für Windows\n\nVon: Shop\nGesendet: Montag, 5. Mai 2025 10:11\nAn: e@k.test\nBetreff: x\n\nText\n",
    ),
    "webmailer Zitat": ("Ja, bitte.", "\n\nZitat von Shop <service@shop.test>:\n\n> Guten Tag\n"),
    "Roundcube": ("Ja, bitte.", "\n\nAm 2025-05-05 10:11, schrieb Shop:\n> Guten Tag\n"),
    "Roundcube English": ("Yes.", "\n\nOn 2025-05-05 10:11, Shop wrote:\n> Hello\n"),
    "name first": ("Ja, bitte.", "\n\nShop <service@shop.test> schrieb am Mo., 5. Mai 2025, 10:11:\n\n> Guten Tag\n"),
    "name first, English": ("Yes.", "\n\nShop <service@shop.test> wrote:\n> Hello\n"),
    "hat geschrieben": ("Ja.", "\n\nAm 5. Mai 2025 um 10:11 hat Shop <s@x.test> geschrieben:\n\n> Guten Tag\n"),
    "signature": ("Ja, bitte.\n\nViele Grüße\nErika", "\n\n-- \nErika Muster\nMusterweg 1\n12345 Musterstadt\n"),
    "signature without blank": ("Ja, bitte.", "\n--\nErika Muster\n"),
    "name with a dash": ("Thanks for the help!", "\n\n-Erika Muster\n\nOn 05/05/2025 10:11, Shop wrote:\n> Hello\n"),
    "mailing list": ("Thanks.", "\n\n_______________________________________________\nshop-users mailing list\nshop-users@lists.test\n"),
    "name and mailing list": ("Thanks.", "\n\n-Erika Muster\n\n\n_______________\nshop-users mailing list\n"),
    "IONOS webmail": ("Ja, bitte.", "\n\n> Shop <service@shop.test> hat am 05.05.2025 10:11 CEST geschrieben:\n> \n> Guten Tag\n"),
    "IONOS webmail, unmarked": ("Ja, bitte.", "\n\nShop <service@shop.test> hat am 05.05.2025 10:11 geschrieben:\n \n \nGuten Tag\n"),
    "Yahoo web": ("Ja.", "\n\nAm Montag, 5. Mai 2025, 10:11:12 MESZ hat Shop <s@x.test> Folgendes geschrieben: \n \n Guten Tag\n"),
    "K-9": ("Ja.", "\n\nAm 5. Mai 2025 10:11:12 MESZ schrieb Shop <service@shop.test>:\n>Guten Tag\n"),
    "Outlook Mac": ("Ja.", "\n\n\nVon: Shop <s@x.test>\nDatum: Montag, 5. Mai 2025 um 10:11\nAn: Erika\nBetreff: Re: x\n\nText\n"),
    "Huawei": ("Ja.", "\nGesendet von meinem Huawei-Mobiltelefon\n\n\n-------- Originalnachricht --------\nBetreff: x\nVon: Shop\nAn: y\n\nText\n"),
    "Palm": ("Ja.", "\n\nSent from my Palm Pre, please excuse typos\n"),
    "signature of a firm": (
        "Ja, bitte.\n\nMit freundlichen Grüßen\nErika Muster",
        "\n\nMuster GmbH\nMusterweg 1\n12345 Musterstadt\nTel.: 0761 / 12 34 56\nMobil: +49 170 1234567\n"
        "www.muster.test\nGeschäftsführer: Otto Muster, Amtsgericht Freiburg HRB 4711\n",
    ),
    "signature with a post": ("Ja.\n\nViele Grüße\nErika Muster\nEinkauf", "\nTelefon 0761 123456\nE-Mail: e@muster.test\n"),
    "signature, English": (
        "Yes please.\n\nKind regards,\nErika Muster",
        "\n\nMuster Ltd.\nPhone: +44 20 7946 0958\nhttps://muster.test\nRegistered in England, Company No. 123\n\n"
        "This email is confidential and may be privileged. If you are not the intended recipient, please delete it.\n",
    ),
    "signature before a quotation": (
        "Ja.\n\nLG\nErika",
        "\n\nTel. 0761 123456\nerika@muster.test\n\nAm 05.05.25 um 10:11 schrieb Shop:\n> Guten Tag\n",
    ),
    "reply above": ("Ja, bitte.", "\n\n##- Bitte antworten Sie über dieser Zeile -##\n\nAlter Text\n"),
    "French": ("Oui.", "\n\nLe lun. 5 mai 2025 à 10:11, Shop <s@x.test> a écrit :\n\n> Bonjour\n"),
}  # fmt: skip


@pytest.mark.parametrize("name", CLIENTS)
def test_what_was_written_stays_and_the_rest_folds(name: str) -> None:
    written, rest = CLIENTS[name]
    for text in (written + rest, (written + rest).replace("\n", "\r\n")):
        blocks = fold(text)
        assert "".join(block.text for block in blocks) == text
        assert visible_text(text).replace("\r", "") == written


ALL_VISIBLE = {
    "no quotation": "Guten Tag,\n\nmeine Schale ist zerbrochen.\n\nViele Grüße\nErika Muster\nMusterweg 1\n",
    "schrieb in a sentence": "Am Montag schrieb ich Ihnen schon, dass die Schale kaputt ist. Folgendes:\n- eins\n- zwei\n",
    "wrote in a sentence": "On Monday I wrote to you about my order. These are the facts:\n1. broken\n2. late\n",
    "schrieb with a date": "Am 5. Mai schrieb ich Ihnen. Ich wiederhole mein Anliegen:\ndie Schale ist kaputt.\n",
    "fields of a form": "Von: Erika Muster\nBestellung: 4711\nGrund: kaputt\n",
    "date and subject": "Datum: 5. Mai\nProblem: kaputt\n",
    "a rule": "Artikel eins\n---------------\nkaputt\n\nArtikel zwei\n_______________\nfehlt\n",
    "only a quotation": "> nur Zitat\n> sonst nichts\n",
    "only a forward": "---------- Forwarded message ---------\nVon: x\nText\n",
    "dashes": "Die Schale - sie ist kaputt -- ist da.\n-- wirklich --\n",
    "gesendet in a sentence": "Ich habe das Paket von meinem Nachbarn bekommen.\nGesendet wurde es am Montag, kam aber kaputt an.\n",
    "list with dashes": "Es fehlen:\n\n-Schale\n-Teller\n",
    "hat am": "Meine Frau hat am 5. Mai bestellt und Ihnen geschrieben:\nes kam keine Antwort.\n",
    "I wrote on a date": "On 5 May I wrote to you the following:\nit is broken.\n",
    "we wrote": "On May 5, 2025 we wrote:\nit is broken.\n",
    "geschrieben with a date": "Am 5. Mai habe ich Ihnen geschrieben, dass folgendes fehlt:\nSchale\n",
    "an address to send to": "Bitte schicken Sie es an:\nErika Muster\nMusterweg 1\n12345 Musterstadt\n",
    "a number to call, below the name": "Ja.\n\nViele Grüße\nErika Muster\n\nTel. 0761 123456\n",
    "a question below the signature": "Ja.\n\nLG\nErika\n\nTel. 0761 123456\nwww.muster.test\n\nWann kommt es denn nun?\n",
    "a postscript": "Ja.\n\nMfG\nErika\n\nTel. 0761 123456\ne@k.test\n\nP.S. Der Teller ist auch kaputt.\n",
    "greater than": "Der Preis ist > 100 Euro.\n",
    "empty": "",
    "blank": "\n\n",
}


@pytest.mark.parametrize("name", ALL_VISIBLE)
def test_ordinary_text_stays_visible(name: str) -> None:
    text = ALL_VISIBLE[name]
    assert "".join(block.text for block in fold(text)) == text
    assert all(not block.is_folded for block in fold(text))
    if not name.startswith("only"):  # those fold as soon as something else is there to read
        assert all(not block.is_folded for block in fold(f"Guten Tag,\n\n{text}"))


def test_answers_between_quotations_stay_visible() -> None:
    text = "Hallo,\n\nAm 05.05.25 um 10:11 schrieb Shop:\n> Frage eins?\n\nJa.\n\n> Frage zwei?\n> noch mehr\n\nNein.\n\n-- \nErika\n"
    assert visible_text(text) == "Hallo,\n\n\nJa.\n\n\nNein."
    assert [block.kind for block in fold(text)] == [
        "visible",
        "quoted",
        "visible",
        "quoted",
        "visible",
        "signature",
    ]


def test_answer_below_the_quotation() -> None:
    text = "Am 05.05.25 um 10:11 schrieb Shop:\n> Guten Tag\n>\n> Frage?\n\nMeine Antwort steht unten.\n"
    assert visible_text(text) == "Meine Antwort steht unten."


def test_folded_blocks_keep_their_text() -> None:
    blocks = fold("Ja.\n\n> alt\n")
    assert [(block.kind, block.text) for block in blocks] == [("visible", "Ja.\n\n"), ("quoted", "> alt\n")]
