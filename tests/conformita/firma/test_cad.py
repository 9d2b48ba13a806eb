# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""D.Lgs. 82/2005 (CAD): what counts as a digital signature in Italy."""

import pytest

from demo.trust.signing import Form
from iam.signatures.types import Reason
from tests.signatures.trial import SINDACO, Trial


@pytest.mark.norma("CAD", "1, c. 1, s)", "La firma digitale è una firma elettronica qualificata")
@pytest.mark.parametrize("who", ["giorgio-avanzata", "giorgio-cns", "giorgio-senza-dispositivo"])
def test_other_signatures_are_not_called_null_but_are_not_digital_signatures(
    firma: Trial, who: str
) -> None:
    verdict = firma.verdict(firma.signed(who))

    assert verdict.reason is Reason.NOT_QUALIFIED
    assert "vale per altri atti" in verdict.sentence
    assert "nulla" not in verdict.sentence


@pytest.mark.norma(
    "CAD", "24, c. 4-bis", "Firma con certificato revocato, scaduto o sospeso: mancata firma"
)
@pytest.mark.parametrize(
    ("who", "reason"),
    [
        ("giorgio-revocato", Reason.REVOKED),
        ("giorgio-scaduto", Reason.EXPIRED),
        ("giorgio-sospeso", Reason.SUSPENDED),
    ],
)
@pytest.mark.parametrize("form", [Form.PADES, Form.CADES])
def test_a_certificate_no_longer_valid_signs_nothing(
    firma: Trial, who: str, reason: Reason, form: Form
) -> None:
    assert firma.verdict(firma.signed(who, form)).reason is reason


@pytest.mark.norma(
    "AgID Det. 147/2019", "4.1", "Il codice fiscale è nel serialNumber, TINIT- o nella forma IT:"
)
@pytest.mark.parametrize("who", ["giorgio", "giorgio-it"])
def test_both_forms_of_the_codice_fiscale_are_read(firma: Trial, who: str) -> None:
    (signer,) = firma.verdict(firma.signed(who)).signers

    assert signer.codice_fiscale == SINDACO.codice_fiscale


@pytest.mark.norma("Cass. SU", "10266/2018", "CAdES e PAdES hanno lo stesso valore")
def test_both_forms_give_the_same_verdict(firma: Trial) -> None:
    verdicts = [firma.verdict(firma.signed(form=form)) for form in (Form.PADES, Form.CADES)]

    assert {verdict.sentence for verdict in verdicts} == {verdicts[0].sentence}
    assert all(verdict.accepted for verdict in verdicts)


@pytest.mark.norma(
    "Convenzione GePI", "fasi 3 e 6", "Firma il rappresentante legale; il documento è quello"
)
def test_one_document_one_person(firma: Trial) -> None:
    other = firma.sealed_copy(firma.document("Nave"))

    assert firma.verdict(firma.signed()).accepted
    assert firma.verdict(firma.signed("pietro")).reason is Reason.WRONG_PERSON
    assert firma.verdict(firma.signed(pdf=other)).reason is Reason.OTHER_DOCUMENT
