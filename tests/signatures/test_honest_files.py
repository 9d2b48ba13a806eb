# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What honest people send is accepted, whatever tool they used."""

from base64 import b64encode, encodebytes

import pytest
from asn1crypto import pem
from pyhanko.sign.fields import SigFieldSpec

from demo.trust.signing import Form
from iam.signatures.types import (
    ExpectedSigner,
    Integrity,
    Outcome,
    Qualification,
    Reason,
    Revocation,
    TimeSource,
    Verdict,
)
from tests.signatures import forging
from tests.signatures.ber import indefinite
from tests.signatures.tools import archived, side_by_side
from tests.signatures.trial import DESIGNATA, DIRETTORE, SINDACO, Trial


@pytest.mark.parametrize("form", list(Form))
def test_the_expected_person_signs_in_every_form(firma: Trial, form: Form) -> None:
    verdict = firma.verdict(firma.signed(form=form))

    assert (verdict.outcome, verdict.integrity) == (Outcome.ACCEPT, Integrity.INTACT)
    (signer,) = verdict.signers
    assert signer.firma_integra is signer.certificato_attendibile is signer.valore_legale is True
    assert signer.qualification is Qualification.QUALIFIED
    assert signer.revocation is Revocation.GOOD
    assert signer.codice_fiscale == SINDACO.codice_fiscale
    assert (verdict.indication, verdict.subindication) == ("TOTAL-PASSED", "")
    stamped = form in (Form.PADES_TIMESTAMPED, Form.CADES_TIMESTAMPED)
    assert signer.level == ("B-T" if stamped else "B-B")
    assert signer.signed_at_source is (TimeSource.TIMESTAMP if stamped else TimeSource.DECLARED)


@pytest.mark.parametrize("who", ["giorgio-it", "giorgio-due-tipi"])
def test_rarer_qualified_certificates_are_accepted(firma: Trial, who: str) -> None:
    for form in (Form.PADES, Form.CADES):
        assert firma.verdict(firma.signed(who, form)).reason is Reason.VALID


def test_a_p7m_is_read_in_every_encoding(firma: Trial) -> None:
    der = firma.signed(form=Form.CADES)
    encodings = {
        "der": der,
        "ber": indefinite(der),
        "pem": pem.armor("PKCS7", der),
        "base64": b64encode(der),
        "base64 in lines": encodebytes(der),
        "base64 twice": b64encode(b64encode(der)),
        "base64 after a byte order mark": b"\xef\xbb\xbf" + b64encode(der),
    }

    for name, content in encodings.items():
        assert firma.verdict(content).reason is Reason.VALID, name


def test_the_same_person_may_sign_twice_in_nested_envelopes(firma: Trial) -> None:
    once = firma.signed(form=Form.CADES)

    assert firma.verdict(firma.signed(form=Form.CADES, pdf=once)).accepted


def test_a_p7m_round_a_signed_pdf_is_read_through(firma: Trial) -> None:
    inside = firma.signed(form=Form.PADES)

    assert firma.verdict(firma.signed(form=Form.CADES, pdf=inside)).accepted


@pytest.mark.parametrize(
    ("first", "second"),
    [(Form.PADES, Form.PADES), (Form.PADES, Form.CADES), (Form.CADES, Form.CADES)],
)
def test_an_act_is_signed_by_one_person_and_countersigned_by_another(
    firma: Trial, first: Form, second: Form
) -> None:
    by_director = firma.signed("paolo", first)
    both = firma.signed("anna", second, pdf=by_director)

    assert firma.verdict(by_director, signers=[DIRETTORE]).accepted
    assert firma.verdict(both, signers=[DIRETTORE, DESIGNATA]).accepted


@pytest.mark.parametrize("to_last", [False, True])
def test_validation_data_and_archive_timestamps_may_follow(firma: Trial, to_last: bool) -> None:
    content = archived(firma, firma.sealed, to_last=to_last)

    verdict = firma.verdict(content)
    assert verdict.accepted
    assert verdict.signers[0].level == ("B-LTA" if to_last else "B-LT")


def test_a_tool_may_add_a_visible_field_of_its_own(firma: Trial) -> None:
    field = SigFieldSpec("FirmaVisibile", box=(300, 300, 500, 360))
    content = forging.sign_and_edit(firma.sealed, forging.nothing, firma.pki, field=field)

    assert firma.verdict(content).accepted


@pytest.mark.parametrize("order", [(DIRETTORE, DESIGNATA), (DESIGNATA, DIRETTORE)])
def test_parallel_signers_of_one_envelope_have_no_order(
    firma: Trial, order: tuple[ExpectedSigner, ...]
) -> None:
    content = side_by_side(firma.signed("paolo", Form.CADES), firma.signed("anna", Form.CADES))

    assert firma.verdict(content, signers=order).accepted
    assert firma.verdict(content, signers=[DIRETTORE]).reason is Reason.SEVERAL_SIGNERS


def test_without_an_original_whoever_signed_is_reported(firma: Trial) -> None:
    verdict = firma.verdict(firma.signed("pietro"), bound=False, signers=())

    assert verdict.accepted
    assert [signer.name for signer in verdict.signers] == ["Pietro Bruno"]


def test_the_report_survives_json_and_its_hash_tells_any_change(firma: Trial) -> None:
    verdict = firma.verdict(firma.signed())
    again = Verdict.from_report(verdict.report(), evidence=verdict.evidence)

    assert again == verdict
    assert again.report_hash == verdict.report_hash
    assert Verdict.from_report(verdict.report() | {"title": "x"}).report_hash != again.report_hash


def test_the_answers_on_revocation_are_kept_as_evidence(firma: Trial) -> None:
    verdict = firma.verdict(firma.signed())

    assert {piece.kind for piece in verdict.evidence} == {"ocsp"}
    assert verdict.trust_list_sha256 == firma.store.trust_list_sha256
