# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Each refusal has a reason of its own, and a sentence that says what to do."""

import re
import socket
import time
from dataclasses import replace
from datetime import timedelta

import pytest

from demo.trust.pki import Pki
from demo.trust.signers import SIGNERS
from demo.trust.signing import Form, sign
from demo.trust.trust_list import make_trust_list
from iam.signatures.trust.prepared import PreparedTrust
from iam.signatures.types import MAX_BYTES, Integrity, Outcome, Reason, Revocation
from iam.signatures.verdict import judging
from iam.signatures.verdict.sentences import SENTENCES
from tests.signatures.trial import DESIGNATA, DIRETTORE, ESTRANEO, SINDACO, Trial, now

LESS_THAN_THE_REQUEST_SECONDS = 5.0

REASON_OF = {
    "pietro": Reason.WRONG_PERSON,
    "giorgio-revocato": Reason.REVOKED,
    "giorgio-sospeso": Reason.SUSPENDED,
    "giorgio-scaduto": Reason.EXPIRED,
    "giorgio-senza-dispositivo": Reason.NOT_QUALIFIED,
    "giorgio-avanzata": Reason.NOT_QUALIFIED,
    "giorgio-cns": Reason.NOT_QUALIFIED,
    "giorgio-senza-cf": Reason.NO_CODICE_FISCALE,
    "giorgio-sigillo": Reason.SEAL,
    "giorgio-impostore": Reason.UNTRUSTED,
}


def test_every_faulty_signer_of_the_demonstration_is_expected_here() -> None:
    accepted = {"giorgio-it", "giorgio-due-tipi"}

    assert {key for key in SIGNERS if key.startswith("giorgio-")} == (
        set(REASON_OF) - {"pietro"} | accepted
    )


@pytest.mark.parametrize("form", [Form.PADES, Form.CADES])
@pytest.mark.parametrize("who", REASON_OF)
def test_a_signature_that_does_not_count_is_refused_with_its_reason(
    firma: Trial, who: str, form: Form
) -> None:
    verdict = firma.verdict(firma.signed(who, form))

    assert (verdict.outcome, verdict.reason) == (Outcome.REJECT, REASON_OF[who])
    assert verdict.title == SENTENCES[verdict.reason].title
    assert "…" not in verdict.sentence
    assert SINDACO.codice_fiscale not in verdict.sentence


def test_the_wrong_person_is_named_and_so_is_the_right_one(firma: Trial) -> None:
    verdict = firma.verdict(firma.signed("pietro"))

    assert verdict.title == "Il documento è firmato da un'altra persona."
    assert "è di Pietro Bruno. Deve firmare Giorgio Sala, sindaco di Bovezzo." in verdict.sentence


def test_dates_are_told_when_a_certificate_is_revoked_or_expired(firma: Trial) -> None:
    revoked = firma.verdict(firma.signed("giorgio-revocato"))
    expired = firma.verdict(firma.signed("giorgio-scaduto"))

    assert re.search(r"revocato il \d\d/\d\d/\d{4}", revoked.sentence)
    assert revoked.signers[0].revocation is Revocation.REVOKED
    assert re.search(r"scaduto il \d\d/\d\d/\d{4}, la firma è del \d\d/", expired.sentence)


def test_a_timestamp_does_not_save_a_certificate_revoked_before_it(firma: Trial) -> None:
    assert firma.verdict(firma.signed("giorgio-revocato", Form.PADES_TIMESTAMPED)).reason is (
        Reason.REVOKED
    )
    assert firma.verdict(firma.signed("giorgio-scaduto", Form.CADES_TIMESTAMPED)).reason is (
        Reason.EXPIRED
    )


def test_the_original_sent_back_unsigned_is_told_apart(firma: Trial) -> None:
    for content in (firma.sealed, firma.unsealed):
        verdict = firma.verdict(content)
        assert verdict.outcome is Outcome.REJECT
    assert firma.verdict(firma.sealed).reason is Reason.NOT_SIGNED
    assert firma.verdict(firma.sealed).integrity is Integrity.NO_SIGNATURE


@pytest.mark.parametrize("form", [Form.PADES, Form.CADES])
def test_another_document_is_refused_though_the_signature_is_good(firma: Trial, form: Form) -> None:
    other = firma.sealed_copy(firma.document("Nave"))

    assert firma.verdict(firma.signed(form=form, pdf=other)).reason is Reason.OTHER_DOCUMENT


def test_a_signature_too_many_is_refused(firma: Trial) -> None:
    for form in (Form.PADES, Form.CADES):
        both = firma.signed("pietro", form, pdf=firma.signed(form=form))
        verdict = firma.verdict(both)
        assert verdict.reason is Reason.SEVERAL_SIGNERS
        assert "Giorgio Sala e Pietro Bruno" in verdict.sentence


def test_a_missing_countersignature_is_told_by_name(firma: Trial) -> None:
    verdict = firma.verdict(firma.signed("paolo"), signers=[DIRETTORE, DESIGNATA])

    assert verdict.reason is Reason.MISSING_SIGNER
    assert "Manca la firma di Anna Colombo." in verdict.sentence


def test_the_order_of_the_signatures_counts(firma: Trial) -> None:
    reversed_order = firma.signed("paolo", pdf=firma.signed("anna"))

    assert firma.verdict(reversed_order, signers=[DIRETTORE, DESIGNATA]).reason is (
        Reason.WRONG_ORDER
    )


def test_files_that_are_not_signed_documents_are_told_apart(firma: Trial) -> None:
    xades = b'<doc><Signature xmlns="http://www.w3.org/2000/09/xmldsig#"/></doc>'
    reasons = {
        "xades": firma.verdict(xades).reason,
        "asic": firma.verdict(b"PK\x03\x04mimetypeapplication/vnd.etsi.asic-e+zip").reason,
        "text": firma.verdict(b"Gentile Ministero,").reason,
        "empty": firma.verdict(b"").reason,
        "truncated": firma.verdict(firma.signed()[:-2000]).reason,
        "half a p7m": firma.verdict(firma.signed(form=Form.CADES)[:5000]).reason,
    }

    assert reasons == {
        "xades": Reason.FORMAT,
        "asic": Reason.FORMAT,
        "text": Reason.FORMAT,
        "empty": Reason.FORMAT,
        "truncated": Reason.UNREADABLE,
        "half a p7m": Reason.UNREADABLE,
    }


def test_a_p7m_round_something_else_is_not_a_document(firma: Trial) -> None:
    content = firma.signed(form=Form.CADES, pdf=b"Gentile Ministero,")

    assert firma.verdict(content).reason is Reason.FORMAT


def test_a_file_too_large_is_refused_before_it_is_read(firma: Trial) -> None:
    assert firma.verdict(b"%PDF-" + bytes(MAX_BYTES)).reason is Reason.TOO_LARGE


def test_without_a_trust_list_in_date_nothing_is_decided(firma: Trial) -> None:
    yesterday = now() - timedelta(days=1)
    old = make_trust_list(
        firma.pki, at=now() - timedelta(days=30), next_update=now() + timedelta(hours=1)
    )
    lapsed = PreparedTrust.of(replace(firma.store, trust_list=old), at=yesterday)
    none = PreparedTrust.of(replace(firma.store, trust_list=b""), at=now())
    tampered = replace(firma.store, trust_list=firma.trust_list.replace(b"SIMULATO", b"VERO"))

    for trust in (none, PreparedTrust.of(tampered, at=now())):
        verdict = firma.verdict(firma.signed(), trust=trust)
        assert verdict.outcome is Outcome.INDETERMINATE
        assert verdict.reason is Reason.TRUST_LIST_UNAVAILABLE
    assert lapsed.in_date(now())
    assert not lapsed.in_date(now() + timedelta(hours=2))


def test_when_the_issuer_does_not_answer_nothing_is_decided(firma: Trial) -> None:
    silent = PreparedTrust.of(replace(firma.store, fetch_hosts=("localhost:1",)), at=now())

    verdict = firma.verdict(firma.signed(), trust=silent)

    assert (verdict.outcome, verdict.reason) == (Outcome.INDETERMINATE, Reason.CANNOT_CHECK)
    assert verdict.signers[0].valore_legale is None


def test_an_issuer_that_never_answers_keeps_nobody_waiting(
    firma: Trial, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judging, "WAIT_SECONDS", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as mute:
        port = mute.getsockname()[1]
        elsewhere = Pki(firma.pki.folder, f"http://localhost:{port}")
        content = sign(firma.sealed, "giorgio", Form.PADES, pki=elsewhere)
        store = replace(firma.store, fetch_hosts=(f"localhost:{port}",))
        began = time.monotonic()
        verdict = firma.verdict(content, trust=PreparedTrust.of(store, at=now()))

    assert verdict.reason is Reason.CANNOT_CHECK
    assert time.monotonic() - began < LESS_THAN_THE_REQUEST_SECONDS


def test_a_certain_refusal_does_not_wait_for_the_issuer(firma: Trial) -> None:
    silent = PreparedTrust.of(replace(firma.store, fetch_hosts=("localhost:1",)), at=now())

    verdict = firma.verdict(firma.signed("pietro"), trust=silent)

    assert verdict.reason is Reason.WRONG_PERSON


def test_the_codice_fiscale_decides_and_never_the_name(firma: Trial) -> None:
    namesake = replace(ESTRANEO, name="Giorgio Sala")

    assert firma.verdict(firma.signed(), signers=[namesake]).reason is Reason.WRONG_PERSON


def test_every_reason_has_a_title_and_says_what_to_do() -> None:
    assert set(SENTENCES) == set(Reason)
    for sentence in SENTENCES.values():
        assert sentence.title.endswith(".")
        assert sentence.text.endswith(".")
