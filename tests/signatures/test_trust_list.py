# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The trust list is believed only when its operator signed it and it is in date."""

from datetime import timedelta

import pytest
from asn1crypto import pem

from demo.trust.app import current_trust_list
from demo.trust.trust_list import CA_QC, Service, make_trust_list
from iam.signatures.trust.fetching import HostNotAllowed, check_address
from iam.signatures.trust.lists import TrustListUnusable, read
from tests.signatures.trial import Trial, now


def tlso(firma: Trial) -> list[bytes]:
    return [firma.pki.certificate("tlso").dump()]


def test_a_signed_list_in_date_is_read(firma: Trial) -> None:
    found = read(firma.trust_list, signers=tlso(firma), at=now())

    assert found.territory == "IT"
    assert [c.subject.native["common_name"] for c in found.authorities] == [
        "Prestatore fiduciario SIMULATO - firma qualificata"
    ]
    assert len(found.timestamp_authorities) == 1
    assert found.excluded == ()


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda xml: xml.replace(b"granted", b"grantee"), "la sua firma"),
        (lambda xml: xml.replace(b"SIMULATO", b"VERISSIMO"), "la sua firma"),
        (lambda xml: xml[:-200], "la sua firma"),
        (lambda xml: b"<a/>", "la sua firma"),
        (lambda xml: b"", "la sua firma"),
    ],
)
def test_a_tampered_list_is_refused(firma: Trial, change: object, why: str) -> None:
    with pytest.raises(TrustListUnusable, match=why):
        read(change(firma.trust_list), signers=tlso(firma), at=now())  # type: ignore[operator]  # a lambda


def test_a_list_signed_by_somebody_else_is_refused(firma: Trial) -> None:
    with pytest.raises(TrustListUnusable, match="gestore"):
        read(make_trust_list(firma.pki, at=now(), signer="ca"), signers=tlso(firma), at=now())
    with pytest.raises(TrustListUnusable, match="gestore"):
        read(firma.trust_list, signers=[], at=now())


def test_what_the_signature_does_not_cover_is_never_read(firma: Trial) -> None:
    """A second list wrapped round the signed one: only the signed part counts."""
    false = make_trust_list(firma.pki, at=now(), signer="ca-falsa").split(b"?>", 1)[1]
    true = firma.trust_list.split(b"?>", 1)[1]
    wrapped = b"<wrapper>" + false + true + b"</wrapper>"
    try:
        found = read(wrapped, signers=tlso(firma), at=now())
    except TrustListUnusable:
        return
    assert found.sequence == read(firma.trust_list, signers=tlso(firma), at=now()).sequence


def test_the_next_update_is_enforced(firma: Trial) -> None:
    old = make_trust_list(firma.pki, at=now() - timedelta(days=200))
    early = make_trust_list(firma.pki, at=now() + timedelta(days=1))

    with pytest.raises(TrustListUnusable, match="doveva essere aggiornato entro il"):
        read(old, signers=tlso(firma), at=now())
    with pytest.raises(TrustListUnusable, match="nel futuro"):
        read(early, signers=tlso(firma), at=now())


def test_a_service_that_changed_hands_is_still_trusted(firma: Trial) -> None:
    """Italian lists mark such services with a critical extension that the library rejects."""
    service = Service(CA_QC, firma.pki.certificate("ca"), "Passato di mano", taken_over=True)
    content = make_trust_list(firma.pki, at=now(), listed=[service])

    found = read(content, signers=tlso(firma), at=now())

    assert len(found.authorities) == 1
    assert found.excluded == ()


def test_external_entities_are_not_followed(firma: Trial) -> None:
    entity = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
    content = firma.trust_list.replace(b"?>", b"?>" + entity, 1).replace(b"SIMULATO", b"&e;", 1)

    with pytest.raises(TrustListUnusable):
        read(content, signers=tlso(firma), at=now())


def test_the_published_list_stays_the_same_between_starts(firma: Trial) -> None:
    assert current_trust_list(firma.pki) == current_trust_list(firma.pki)


def test_only_allowed_hosts_are_asked() -> None:
    check_address("http://localhost:8502/ocsp", allowed=["localhost:8502"])
    for url in (
        "http://localhost:8503/ocsp",
        "http://127.0.0.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::1]/",
        "file:///etc/passwd",
        "ldap://example.org/",
        "http://example.org:5432/",
        "http://",
    ):
        with pytest.raises(HostNotAllowed):
            check_address(url, allowed=["localhost:8502", "*"])


def test_the_public_certificates_of_the_demonstration_are_written_once(firma: Trial) -> None:
    content = (firma.pki.public / "tlso.pem").read_bytes()

    assert pem.unarmor(content)[2] == tlso(firma)[0]
