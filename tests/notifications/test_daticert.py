# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The certified facts are read as the rules say, and nothing else is done with them."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from lxml import etree

import iam.notifications.pec.daticert as daticert
from demo.pec.certify import Facts
from iam.notifications.pec.daticert import Certified, UnreadableDaticertError, read

DTD = Path(daticert.__file__).with_name("daticert.dtd")

# The shape of a real envelope to a recipient outside PEC; the addresses are invented.
TO_AN_EXTERNAL_RECIPIENT = b"""<?xml version="1.0" encoding="UTF-8"?>
<postacert tipo="posta-certificata" errore="nessuno">
    <intestazione>
        <mittente>Mittente@pec.esempio.it</mittente>
        <destinatari tipo="esterno">destinatario@esempio.org</destinatari>
        <risposte>mittente@pec.esempio.it</risposte>
        <oggetto>Prova</oggetto>
    </intestazione>
    <dati>
        <gestore-emittente>GESTORE DI ESEMPIO S.P.A.</gestore-emittente>
        <data zona="+0200">
            <giorno>21/09/2012</giorno>
            <ora>15:16:38</ora>
        </data>
        <identificativo>E82D9D8F.000073B6.posta-certificata@pec.esempio.it</identificativo>
        <ricevuta tipo="completa" />
    </dati>
</postacert>
"""


def written(**changes: object) -> bytes:
    facts: dict[str, object] = {
        "certifies": "avvenuta-consegna",
        "sender": "ministero@pec.example",
        "recipients": (("a@pec.example", True),),
        "subject": "Oggetto con è",
        "at": datetime(2026, 7, 1, 22, 30, tzinfo=UTC),
        "identificativo": "opec1",
        "msgid": "iam.1@pec.example",
    }
    return Facts(**(facts | changes)).xml()  # type: ignore[arg-type]  # each test names its facts


def test_a_real_envelope_is_read_whole() -> None:
    facts = read(TO_AN_EXTERNAL_RECIPIENT)

    assert facts.certifies is Certified.POSTA_CERTIFICATA
    assert facts.sender == "mittente@pec.esempio.it"
    assert [(to.address, to.certified) for to in facts.addressees] == [
        ("destinatario@esempio.org", False)
    ]
    assert facts.provider == "GESTORE DI ESEMPIO S.P.A."
    assert facts.at == datetime(2012, 9, 21, 13, 16, 38, tzinfo=UTC)


@pytest.mark.parametrize("kind", sorted(Certified))
@pytest.mark.norma("DM 2-11-2005", "regole tecniche", "daticert.xml di ricevute e buste")
def test_every_type_is_read_and_fits_the_shape_of_the_rules(kind: Certified) -> None:
    xml = written(
        certifies=kind.value,
        delivered_to="a@pec.example",
        taken_by=("a@pec.example",),
        form="completa",
        detail="5.1.1 - prova",
    )

    with DTD.open("rb") as shape:
        assert etree.DTD(shape).validate(etree.fromstring(xml))
    facts = read(xml)
    assert facts.certifies is kind
    assert facts.msgid == "iam.1@pec.example"
    assert facts.delivered_to == "a@pec.example"


@pytest.mark.parametrize(
    ("zone", "hour_in_utc"),
    [("+0200", 13), ("+02:00", 13), ("-0100", 16), ("+0000", 15), ("Z", 15), ("GMT+0100", 14)],
)
def test_the_hour_of_a_receipt_is_in_its_own_zone(zone: str, hour_in_utc: int) -> None:
    xml = TO_AN_EXTERNAL_RECIPIENT.replace(b'zona="+0200"', f'zona="{zone}"'.encode())

    assert read(xml).at.hour == hour_in_utc


@pytest.mark.parametrize(
    ("detail", "is_last"),
    [
        ("4.4.1 - Gestore - il messaggio non è stato consegnato entro 12 ore", False),
        ("il messaggio non è stato consegnato nelle prime 12 ore", False),
        ("5.4.1 - Gestore - tempo massimo superato", True),
        ("non consegnato nelle 24 ore successive all'invio", True),
        ("", False),
    ],
)
def test_only_the_extended_error_tells_the_last_warning_from_the_first(
    detail: str, is_last: bool
) -> None:
    assert read(written(detail=detail)).is_last_word is is_last


@pytest.mark.parametrize(
    "attack",
    [
        b'<!DOCTYPE postacert [<!ENTITY e SYSTEM "file:///etc/passwd">]>',
        b'<!DOCTYPE postacert [<!ENTITY % e SYSTEM "http://127.0.0.1:1/e.dtd"> %e;]>',
        b'<!DOCTYPE postacert [<!ENTITY e "molti"><!ENTITY f "&e;&e;&e;&e;">]>',
    ],
    ids=["file", "network", "expansion"],
)
def test_entities_are_refused_before_they_are_followed(attack: bytes) -> None:
    xml = written().replace(b"opec1", b"&e;" if b" e " in attack else b"&f;")
    declaration, _, rest = xml.partition(b"?>")

    with pytest.raises(UnreadableDaticertError):
        read(declaration + b"?>" + attack + rest)


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        (b"avvenuta-consegna", b"mancata-consegna"),
        (b"<identificativo>opec1</identificativo>", b"<identificativo />"),
        (b'zona="+0200"', b'zona="ora legale"'),
        (b"02/07/2026", b"31/02/2026"),
        (b"postacert", b"altro"),
        (b"</dati>", b""),
        (b"dati>", b"altri>"),
    ],
)
def test_what_the_rules_do_not_allow_is_refused(good: bytes, bad: bytes) -> None:
    xml = written()
    assert good in xml

    with pytest.raises(UnreadableDaticertError):
        read(xml.replace(good, bad))


def test_a_huge_file_is_refused_before_it_is_parsed() -> None:
    with pytest.raises(UnreadableDaticertError):
        read(written() + b" " * 1_000_000)
