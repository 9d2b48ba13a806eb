# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Regulation (EU) 910/2014, art. 32(1): what makes a qualified signature valid, point by point.

Each point has an honest file beside the one that fails it, so that a refusal cannot
pass for the wrong reason.
"""

from dataclasses import replace

import pytest

from demo.trust.signing import Form
from demo.trust.trust_list import CA_QC, FOR_SEALS, Service, make_trust_list
from iam.signatures.trust.prepared import PreparedTrust
from iam.signatures.types import LABEL, Integrity, Outcome, Qualification, Reason
from tests.signatures import forging
from tests.signatures.trial import Trial, now


def accepted(firma: Trial, who: str = "giorgio", form: Form = Form.PADES) -> bool:
    return firma.verdict(firma.signed(who, form)).accepted


@pytest.mark.norma("eIDAS", "32(1)(a)", "Al momento della firma il certificato era qualificato")
def test_the_certificate_was_qualified_at_the_time_of_signing(firma: Trial) -> None:
    verdict = firma.verdict(firma.signed("giorgio-avanzata"))

    assert accepted(firma)
    assert verdict.reason is Reason.NOT_QUALIFIED
    assert verdict.signers[0].qualification is Qualification.NOT_QUALIFIED
    assert verdict.signers[0].firma_integra is True
    assert verdict.signers[0].valore_legale is False


@pytest.mark.norma("eIDAS", "32(1)(b)", "Rilasciato da un prestatore qualificato e valido")
@pytest.mark.parametrize(
    ("who", "reason"),
    [
        ("giorgio-impostore", Reason.UNTRUSTED),
        ("giorgio-revocato", Reason.REVOKED),
        ("giorgio-scaduto", Reason.EXPIRED),
    ],
)
def test_the_certificate_was_issued_by_a_qualified_provider_and_was_valid(
    firma: Trial, who: str, reason: Reason
) -> None:
    assert accepted(firma)
    assert firma.verdict(firma.signed(who)).reason is reason


@pytest.mark.norma("eIDAS", "32(1)(c)", "I dati di convalida corrispondono a quelli forniti")
def test_the_key_of_the_certificate_is_the_one_that_signed(firma: Trial) -> None:
    swapped = forging.certificate_of(firma.pki, "giorgio")

    assert firma.verdict(forging.in_cms(firma.signed("pietro"), swapped)).outcome is (
        Outcome.REJECT
    )


@pytest.mark.norma("eIDAS", "32(1)(d)", "I dati che identificano il firmatario sono forniti")
def test_the_data_that_identify_the_signer_are_given(firma: Trial) -> None:
    (signer,) = firma.verdict(firma.signed()).signers

    assert signer.name == "Giorgio Sala"
    assert len(signer.codice_fiscale) == 16
    assert signer.provider == "Prestatore SIMULATO S.p.A."
    assert signer.certificate_serial
    assert signer.valid_since is not None
    assert signer.valid_until is not None
    assert signer.valid_since < now() < signer.valid_until


@pytest.mark.norma("eIDAS", "32(1)(f)", "Creata da un dispositivo per firma qualificata")
def test_the_signature_was_made_by_a_qualified_device(firma: Trial) -> None:
    (signer,) = firma.verdict(firma.signed("giorgio-senza-dispositivo")).signers

    assert signer.qualification is Qualification.QUALIFIED_WITHOUT_DEVICE
    assert signer.reason is Reason.NOT_QUALIFIED


@pytest.mark.norma("eIDAS", "32(1)(g)", "L'integrità dei dati firmati non è compromessa")
@pytest.mark.parametrize("form", [Form.PADES, Form.CADES])
def test_the_signed_data_were_not_changed(firma: Trial, form: Form) -> None:
    content = firma.signed(form=form)
    at = content.index(b"stream") + 60
    changed = content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]

    verdict = firma.verdict(changed, bound=False)

    assert firma.verdict(content, bound=False).accepted
    assert verdict.integrity in (Integrity.MODIFIED, Integrity.BROKEN, Integrity.MALFORMED)
    assert verdict.outcome is Outcome.REJECT


@pytest.mark.norma("eIDAS", "32(1)(h)", "I requisiti dell'art. 26 erano soddisfatti")
def test_a_seal_of_a_body_is_not_the_signature_of_a_person(firma: Trial) -> None:
    assert firma.verdict(firma.signed("giorgio-sigillo")).reason is Reason.SEAL


@pytest.mark.norma("ETSI TS 119 615", "4.4", "Il servizio è per quel tipo di certificato")
def test_a_provider_listed_for_seals_issues_no_signatures(firma: Trial) -> None:
    only_seals = Service(CA_QC, firma.pki.certificate("ca"), "Sigilli", uses=(FOR_SEALS,))
    content = make_trust_list(firma.pki, at=now(), listed=[only_seals])
    trust = PreparedTrust.of(replace(firma.store, trust_list=content), at=now())

    assert firma.verdict(firma.signed(), trust=trust).reason is Reason.NOT_QUALIFIED


@pytest.mark.norma("eIDAS", "33", "Solo un servizio qualificato dà una convalida qualificata")
def test_the_report_says_that_it_is_not_a_qualified_validation(firma: Trial) -> None:
    assert firma.verdict(firma.signed()).report()["label"] == LABEL
    assert LABEL.startswith("Verifica non qualificata")


@pytest.mark.norma("ETSI EN 319 102-1", "5.1.3", "Indicazione e sotto-indicazione hanno nomi fissi")
@pytest.mark.parametrize(
    ("who", "indication", "subindication"),
    [
        ("giorgio", "TOTAL-PASSED", ""),
        ("giorgio-revocato", "INDETERMINATE", "REVOKED_NO_POE"),
        ("giorgio-scaduto", "INDETERMINATE", "OUT_OF_BOUNDS_NO_POE"),
        ("giorgio-impostore", "INDETERMINATE", "NO_CERTIFICATE_CHAIN_FOUND"),
    ],
)
def test_the_european_names_are_beneath_the_italian_ones(
    firma: Trial, who: str, indication: str, subindication: str
) -> None:
    (signer,) = firma.verdict(firma.signed(who)).signers

    assert (signer.indication, signer.subindication) == (indication, subindication)


@pytest.mark.norma("Dec. (UE) 2015/1506", "1", "Le amministrazioni accettano PAdES e CAdES")
@pytest.mark.parametrize("form", list(Form))
def test_pades_and_cades_are_accepted(firma: Trial, form: Form) -> None:
    assert accepted(firma, form=form)
