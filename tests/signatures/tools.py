# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the more elaborate signing tools do: archive levels, parallel signers, timestamps."""

from __future__ import annotations

from io import BytesIO

from asn1crypto import cms
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, PdfSigner, PdfTimeStamper
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter, append_signature_field
from pyhanko_certvalidator import ValidationContext

from demo.trust.signers import SIGNERS
from demo.trust.signing import _Stamper, signer_of
from iam.signatures.sandbox.waiting import finished
from iam.signatures.trust.fetching import GuardedFetchers
from tests.signatures.trial import Trial


def archived(firma: Trial, pdf: bytes, *, to_last: bool, who: str = "giorgio") -> bytes:
    """Sign at level B-LT, or at B-LTA when it must last."""
    roots = [firma.pki.certificate("ca"), firma.pki.certificate("tsa-ca")]
    metadata = PdfSignatureMetadata(
        field_name="Firma1",
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        embed_validation_info=True,
        validation_context=ValidationContext(
            trust_roots=roots,
            allow_fetching=True,
            fetcher_backend=GuardedFetchers(firma.store.fetch_hosts),
            revocation_mode="soft-fail",
        ),
        use_pades_lta=to_last,
    )
    made = PdfSigner(metadata, signer_of(firma.pki, SIGNERS[who]), timestamper=_Stamper(firma.pki))
    out = BytesIO()
    finished(made.async_sign_pdf(IncrementalPdfFileWriter(BytesIO(pdf)), output=out))
    return out.getvalue()


def stamped(firma: Trial, pdf: bytes, *, field: SigFieldSpec | None) -> bytes:
    """Add a document timestamp, in `field` if there is one."""
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    if field is not None:
        append_signature_field(writer, field)
    out = BytesIO()
    stamper = PdfTimeStamper(
        _Stamper(firma.pki), field_name=field.sig_field_name if field else "Marca"
    )
    finished(stamper.async_timestamp_pdf(writer, "sha256", output=out))
    return out.getvalue()


def side_by_side(one: bytes, other: bytes) -> bytes:
    """Put the signers of two .p7m of the same content in one."""
    first, second = (cms.ContentInfo.load(der)["content"] for der in (one, other))
    both = {
        "version": "v1",
        "digest_algorithms": first["digest_algorithms"],
        "encap_content_info": first["encap_content_info"],
        "certificates": [*first["certificates"], *second["certificates"]],
        "signer_infos": [*first["signer_infos"], *second["signer_infos"]],
    }
    return bytes(cms.ContentInfo({"content_type": "signed_data", "content": both}).dump())
