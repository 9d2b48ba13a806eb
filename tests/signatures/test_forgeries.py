# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""No altered or forged file is ever accepted. Each trick is tried with and without the original."""

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO

import pytest
from asn1crypto import cms, keys, x509
from cryptography import x509 as pyca
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import SimpleSigner
from pyhanko.sign.fields import SigFieldSpec
from pyhanko_certvalidator.registry import SimpleCertificateStore

from demo.trust.signing import Form
from demo.trust.trust_list import CA_QC, WITHDRAWN, Service, make_trust_list
from iam.signatures.trust.prepared import PreparedTrust
from iam.signatures.types import Integrity, Outcome, Reason, Verdict
from tests.signatures import forging
from tests.signatures.tools import stamped
from tests.signatures.trial import Trial, now

OVER_THE_TEXT = SigFieldSpec("Sopra", box=(72, 600, 472, 700))


def refused(firma: Trial, content: bytes, *, bound: bool = True) -> Verdict:
    verdict = firma.verdict(content, bound=bound)
    assert verdict.outcome is Outcome.REJECT, verdict
    return verdict


@pytest.mark.parametrize("edit", forging.UPDATES, ids=lambda edit: edit.__name__)
def test_a_revision_after_the_signature_is_refused(firma: Trial, edit: forging.Edit) -> None:
    content = forging.update(firma.signed(), edit)

    assert refused(firma, content).integrity in (
        Integrity.MODIFIED,
        Integrity.FORGED,
        Integrity.NO_SIGNATURE,
        Integrity.MALFORMED,
        Integrity.UNKNOWN,
    )
    refused(firma, content, bound=False)


@pytest.mark.parametrize("edit", forging.UPDATES, ids=lambda edit: edit.__name__)
def test_a_document_changed_before_the_signature_is_refused(
    firma: Trial, edit: forging.Edit
) -> None:
    changed = forging.update(firma.sealed, edit)

    refused(firma, firma.signed(form=Form.CADES, pdf=changed))
    if edit not in (forging.remove_page, forging.remove_signature):
        refused(firma, firma.signed(form=Form.PADES, pdf=changed))


@pytest.mark.parametrize(
    "edit",
    [
        forging.replace_content,
        forging.annotate_over_text,
        forging.stamp_over_text,
        forging.add_text_field,
        forging.change_title,
        forging.add_script,
        forging.replace_font,
        forging.rotate_page,
        forging.crop_page,
    ],
    ids=lambda edit: edit.__name__,
)
def test_a_document_changed_in_the_very_revision_of_the_signature_is_refused(
    firma: Trial, edit: forging.Edit
) -> None:
    content = forging.sign_and_edit(firma.sealed, edit, firma.pki)

    assert refused(firma, content).reason is Reason.ALTERED


@pytest.mark.parametrize("trick", forging.RAW, ids=lambda trick: trick.__name__)
def test_bytes_that_the_signature_does_not_protect_are_refused(
    firma: Trial, trick: Callable[[bytes], bytes]
) -> None:
    content = trick(firma.signed())

    assert content != firma.signed()
    refused(firma, content)
    refused(firma, content, bound=False)


@pytest.mark.parametrize("edit", forging.CMS, ids=lambda edit: edit.__name__)
def test_a_signature_tampered_with_is_refused(
    firma: Trial, edit: Callable[[cms.SignedData], None]
) -> None:
    inside, envelope = firma.signed(), firma.signed(form=Form.CADES)
    altered = [forging.in_cms(inside, edit), forging.edit_cms(envelope, edit)]

    changed = [content for content in altered if content not in (inside, envelope)]
    assert changed
    for content in changed:
        refused(firma, content)


def test_a_p7m_that_carries_another_content_is_refused(firma: Trial) -> None:
    content = forging.edit_cms(firma.signed(form=Form.CADES), forging.another_content)

    refused(firma, content)
    refused(firma, content, bound=False)


def test_a_p7m_cannot_carry_the_original_under_a_signature_of_something_else(
    firma: Trial,
) -> None:
    def put_the_original(signed: cms.SignedData) -> None:
        signed["encap_content_info"]["content"] = firma.sealed

    other = firma.signed(form=Form.CADES, pdf=firma.sealed_copy(firma.document("Nave")))
    content = forging.edit_cms(other, put_the_original)

    verdict = refused(firma, content)
    assert (verdict.reason, verdict.integrity) == (Reason.ALTERED, Integrity.MODIFIED)


def test_the_certificate_of_the_expected_person_is_not_her_signature(firma: Trial) -> None:
    edit = forging.certificate_of(firma.pki, "giorgio")

    refused(firma, forging.in_cms(firma.signed("pietro"), edit))
    refused(firma, forging.edit_cms(firma.signed("pietro", Form.CADES), edit))


def test_the_signature_of_another_document_cannot_be_moved_here(firma: Trial) -> None:
    donor = firma.signed(pdf=firma.sealed_copy(firma.document("Nave")))
    content = forging.transplant(firma.signed("pietro"), donor)

    assert refused(firma, content).reason is Reason.ALTERED


def test_a_certificate_made_at_home_with_the_same_name_is_not_trusted(firma: Trial) -> None:
    genuine = pyca.load_der_x509_certificate(firma.pki.certificate("giorgio").dump())
    key = ec.generate_private_key(ec.SECP256R1())
    for issuer in (genuine.subject, genuine.issuer):
        builder = pyca.CertificateBuilder(
            issuer_name=issuer,
            subject_name=genuine.subject,
            public_key=key.public_key(),
            serial_number=genuine.serial_number,
            not_valid_before=genuine.not_valid_before_utc,
            not_valid_after=genuine.not_valid_after_utc,
            extensions=list(genuine.extensions),
        )
        made = builder.sign(key, hashes.SHA256())
        der = key.private_bytes(
            serialization.Encoding.DER,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        signer = SimpleSigner(
            signing_cert=x509.Certificate.load(made.public_bytes(serialization.Encoding.DER)),
            signing_key=keys.PrivateKeyInfo.load(der),
            cert_registry=SimpleCertificateStore.from_certs([firma.pki.certificate("ca")]),
        )
        writer = IncrementalPdfFileWriter(BytesIO(firma.sealed))
        content = forging.finish(writer, signer)
        assert refused(firma, content).reason in (Reason.UNTRUSTED, Reason.BROKEN)


@pytest.mark.parametrize("who", ["pietro", "giorgio-impostore", "giorgio-avanzata"])
def test_a_second_visible_signature_over_the_text_is_refused(firma: Trial, who: str) -> None:
    content = forging.sign_and_edit(
        firma.signed(), forging.nothing, firma.pki, who=who, field=OVER_THE_TEXT
    )

    refused(firma, content)


def test_a_visible_timestamp_over_the_text_is_refused(firma: Trial) -> None:
    content = stamped(firma, firma.signed(), field=OVER_THE_TEXT)

    refused(firma, content)
    assert firma.verdict(stamped(firma, firma.signed(), field=None)).accepted


def test_a_signature_dressed_as_a_timestamp_is_not_a_persons(firma: Trial) -> None:
    """The kind of a signature is a word in the file, which anybody can write."""
    disguised = forging.sign_and_edit(
        firma.sealed, forging.nothing, firma.pki, who="pietro", kind="/DocTimeStamp"
    )

    second = forging.sign_and_edit(
        firma.signed(),
        forging.nothing,
        firma.pki,
        who="pietro",
        kind="/DocTimeStamp",
        field=SigFieldSpec("Marca"),
    )

    refused(firma, disguised)
    refused(firma, disguised, bound=False)
    assert refused(firma, second).reason is Reason.FORGED


def test_a_seal_over_the_text_after_the_signature_is_refused(firma: Trial) -> None:
    refused(firma, firma.signed("giorgio-sigillo", pdf=firma.signed()))


def test_the_document_cannot_be_changed_between_two_signatures(firma: Trial) -> None:
    first = firma.signed("paolo")
    for edit in (forging.replace_content, forging.annotate_over_text, forging.change_title):
        content = forging.sign_and_edit(
            first, edit, firma.pki, who="anna", field=SigFieldSpec("Terza")
        )
        verdict = firma.verdict(content, signers=[])
        assert verdict.outcome is Outcome.REJECT


def test_the_original_without_its_seal_is_another_document(firma: Trial) -> None:
    for form in (Form.PADES, Form.CADES):
        content = firma.signed(form=form, pdf=firma.unsealed)
        assert refused(firma, content).reason is Reason.OTHER_DOCUMENT


def test_a_document_written_anew_by_a_program_is_told_apart(firma: Trial) -> None:
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.pdf_utils.writer import copy_into_new_writer

    out = BytesIO()
    copy_into_new_writer(PdfFileReader(BytesIO(firma.unsealed))).write(out)

    content = firma.signed(pdf=out.getvalue())
    assert refused(firma, content).reason is Reason.OTHER_DOCUMENT


def test_an_encrypted_file_is_told_apart(firma: Trial) -> None:
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.pdf_utils.writer import copy_into_new_writer

    writer = copy_into_new_writer(PdfFileReader(BytesIO(firma.unsealed)))
    writer.encrypt("proprietario", "lettore")
    out = BytesIO()
    writer.write(out)

    assert refused(firma, out.getvalue()).reason is Reason.ENCRYPTED


def test_a_withdrawn_authority_is_not_trusted(firma: Trial) -> None:
    withdrawn = Service(CA_QC, firma.pki.certificate("ca"), "Ritirato", status=WITHDRAWN)
    other = Service(CA_QC, firma.pki.certificate("tsa-ca"), "Un altro")
    content = make_trust_list(firma.pki, at=now(), listed=[withdrawn, other])
    trust = PreparedTrust.of(replace(firma.store, trust_list=content), at=now())

    verdict = firma.verdict(firma.signed(), trust=trust)

    assert verdict.reason in (Reason.UNTRUSTED, Reason.NOT_QUALIFIED)


def test_an_authority_listed_for_timestamps_issues_no_signatures(firma: Trial) -> None:
    other = Service(CA_QC, firma.pki.certificate("tsa-ca"), "Un altro")
    content = make_trust_list(firma.pki, at=now(), listed=[other])
    trust = PreparedTrust.of(replace(firma.store, trust_list=content), at=now())

    assert firma.verdict(firma.signed(), trust=trust).reason is Reason.UNTRUSTED


def test_a_timestamp_nobody_trusts_does_not_sink_a_valid_signature(firma: Trial) -> None:
    listed = [Service(CA_QC, firma.pki.certificate("ca"), "Prestatore")]
    content = make_trust_list(firma.pki, at=now(), listed=listed)
    trust = PreparedTrust.of(replace(firma.store, trust_list=content), at=now())

    verdict = firma.verdict(firma.signed(form=Form.PADES_TIMESTAMPED), trust=trust)

    assert verdict.accepted
    assert verdict.signers[0].signed_at_source == "dichiarato-dal-firmatario"


def test_the_tricks_are_at_least_sixty() -> None:
    tricks = 2 * len(forging.UPDATES) + 2 * len(forging.CMS) + len(forging.RAW)

    assert tricks >= 60
