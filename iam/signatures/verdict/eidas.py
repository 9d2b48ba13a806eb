# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""eIDAS, art. 32(1): the signature's integrity, its certificate, revocation and time.

Levels are told apart first, because the engine for timestamps refuses a signature
without one; and a bad timestamp never sinks a signature that is valid today.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from asn1crypto import cms, x509
from pyhanko.sign.ades.report import AdESIndeterminate, AdESPassed, AdESSubIndic
from pyhanko.sign.general import extract_certificate_info
from pyhanko.sign.validation.ades import (
    AdESBasicValidationResult,
    ades_basic_validation,
    ades_with_time_validation,
    derive_validation_object_binary_data,
)
from pyhanko.sign.validation.generic_cms import extract_self_reported_ts, extract_tst_data_iter
from pyhanko_certvalidator.ltv.poe import ValidationObjectType
from pyhanko_certvalidator.ltv.types import ValidationTimingInfo

from iam.signatures.trust.prepared import PreparedTrust
from iam.signatures.types import Evidence, Qualification, Revocation, TimeSource
from iam.signatures.verdict.qualification import qualification_of

HOLD = "certificate_hold"
KINDS = {
    ValidationObjectType.OCSP_RESPONSE: "ocsp",
    ValidationObjectType.CRL: "crl",
}


@dataclass(frozen=True)
class Finding:
    """What the engine found of one signature, before any Italian rule."""

    certificate: x509.Certificate
    subindication: AdESSubIndic
    intact: bool
    signed_at: datetime | None
    signed_at_source: TimeSource
    timestamped: bool
    revocation: Revocation
    revoked_at: datetime | None
    qualification: Qualification
    evidence: tuple[Evidence, ...]


async def find(
    signed_data: cms.SignedData,
    *,
    digest: bytes | None,
    declared_at: datetime | None,
    trust: PreparedTrust,
    at: datetime,
) -> Finding:
    """Judge one signature at `at`. `digest` is that of the bytes signed, None if inside the CMS.

    Raises what the engine raises on malformed input.
    """
    certificate = extract_certificate_info(signed_data).signer_cert
    timestamped = any(True for _ in extract_tst_data_iter(_signer(signed_data), signed=False))
    result = await _judged(signed_data, digest, certificate, trust, at, timestamped=timestamped)
    status = result.api_status
    stamp = getattr(status, "timestamp_validity", None)
    claimed = extract_self_reported_ts(_signer(signed_data)) or declared_at
    signed_at, source = claimed, TimeSource.DECLARED if claimed else TimeSource.UPLOAD
    if stamp is not None:
        signed_at, source = stamp.timestamp, TimeSource.TIMESTAMP
    revocation, revoked_at = _revocation(result)
    path = getattr(status, "validation_path", None)
    qualification = Qualification.UNKNOWN
    if path is not None and trust.trust_list is not None:
        moment = signed_at if source is TimeSource.TIMESTAMP and signed_at else at
        qualification = qualification_of(path, trust.trust_list.registry, at=moment)
    return Finding(
        certificate=certificate,
        subindication=result.ades_subindic,
        intact=bool(status is not None and status.intact and status.valid),
        signed_at=_aware(signed_at),
        signed_at_source=source,
        timestamped=timestamped,
        revocation=revocation,
        revoked_at=revoked_at,
        qualification=qualification,
        evidence=tuple(_evidence(result)),
    )


async def _judged(
    signed_data: cms.SignedData,
    digest: bytes | None,
    certificate: x509.Certificate,
    trust: PreparedTrust,
    at: datetime,
    *,
    timestamped: bool,
) -> AdESBasicValidationResult[Any]:
    timing = ValidationTimingInfo(
        validation_time=at, best_signature_time=at, point_in_time_validation=False
    )
    spec = trust.for_signatures()
    if timestamped and certificate.not_valid_after > at:
        # After expiry the engine takes a timestamp as enough, without asking of revocation.
        timed = await ades_with_time_validation(
            signed_data, spec, timing_info=timing, raw_digest=digest
        )
        if timed.ades_subindic is AdESPassed.OK:
            return timed
    result = await ades_basic_validation(signed_data, spec, timing_info=timing, raw_digest=digest)
    if result.ades_subindic is not AdESIndeterminate.CERTIFICATE_CHAIN_GENERAL_FAILURE:
        return result
    unasked = await ades_basic_validation(
        signed_data,
        trust.for_signatures(ask_revocation=False),
        timing_info=timing,
        raw_digest=digest,
    )
    if unasked.ades_subindic is AdESPassed.OK:
        # The chain holds, so what is missing is the issuer's answer: EN 319 102-1, 5.2.6.4.
        return replace(unasked, ades_subindic=AdESIndeterminate.TRY_LATER)
    return result


def _signer(signed_data: cms.SignedData) -> cms.SignerInfo:
    return signed_data["signer_infos"][0]


def _revocation(result: AdESBasicValidationResult[Any]) -> tuple[Revocation, datetime | None]:
    details = getattr(result.api_status, "revocation_details", None)
    if details is not None and not details.ca_revoked:
        held = details.revocation_reason.native == HOLD
        return (Revocation.SUSPENDED if held else Revocation.REVOKED), details.revocation_date
    if result.ades_subindic is AdESPassed.OK:
        return Revocation.GOOD, None
    return Revocation.UNKNOWN, None


def _evidence(result: AdESBasicValidationResult[Any]) -> Iterable[Evidence]:
    for found in result.validation_objects:
        kind = KINDS.get(found.object_type)
        content = derive_validation_object_binary_data(found) if kind else None
        if kind and content:
            yield Evidence(kind=kind, content=content)


def _aware(instant: datetime | None) -> datetime | None:
    if instant is None:
        return None
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
