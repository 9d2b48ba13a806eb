# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""CAD: which signatures the procedure accepts as "firma digitale", and why one is not.

Art. 1, c. 1, s): the digital signature is a qualified one. Art. 24, c. 4-bis: a signature
made with a certificate revoked, expired or suspended counts as none.
"""

from __future__ import annotations

from datetime import datetime

from pyhanko.sign.ades.report import AdESFailure, AdESIndeterminate, AdESPassed, AdESSubIndic

from iam.signatures.types import Qualification, Reason, Revocation
from iam.signatures.verdict.certificate import is_for_authentication
from iam.signatures.verdict.eidas import Finding

REASONS: dict[AdESSubIndic, Reason] = {
    AdESFailure.HASH_FAILURE: Reason.ALTERED,
    AdESFailure.SIG_CRYPTO_FAILURE: Reason.BROKEN,
    AdESFailure.FORMAT_FAILURE: Reason.BROKEN,
    AdESFailure.REVOKED: Reason.REVOKED,
    AdESFailure.NOT_YET_VALID: Reason.NOT_YET_VALID,
    AdESIndeterminate.REVOKED_NO_POE: Reason.REVOKED,
    AdESIndeterminate.REVOKED_CA_NO_POE: Reason.UNTRUSTED,
    AdESIndeterminate.NOT_YET_VALID: Reason.NOT_YET_VALID,
    AdESIndeterminate.EXPIRED: Reason.EXPIRED,
    AdESIndeterminate.OUT_OF_BOUNDS_NO_POE: Reason.EXPIRED,
    AdESIndeterminate.OUT_OF_BOUNDS_NOT_REVOKED: Reason.EXPIRED,
    AdESIndeterminate.TRY_LATER: Reason.CANNOT_CHECK,
    AdESIndeterminate.REVOCATION_OUT_OF_BOUNDS_NO_POE: Reason.CANNOT_CHECK,
    AdESIndeterminate.CRYPTO_CONSTRAINTS_FAILURE: Reason.WEAK,
    AdESIndeterminate.CRYPTO_CONSTRAINTS_FAILURE_NO_POE: Reason.WEAK,
    AdESIndeterminate.NO_CERTIFICATE_CHAIN_FOUND: Reason.UNTRUSTED,
    AdESIndeterminate.NO_SIGNING_CERTIFICATE_FOUND: Reason.BROKEN,
    AdESIndeterminate.SIG_CONSTRAINTS_FAILURE: Reason.NOT_QUALIFIED,
    AdESIndeterminate.GENERIC: Reason.BROKEN,
}
"""Anything else is a chain that does not hold: an untrusted provider."""

QUALIFICATIONS = {
    Qualification.QUALIFIED: Reason.VALID,
    Qualification.QUALIFIED_SEAL: Reason.SEAL,
}


def reason_for(finding: Finding, *, at: datetime) -> Reason:
    """Return `VALID` if the signature is a digital signature at `at`, else why it is not."""
    if finding.revocation is Revocation.SUSPENDED:
        return Reason.SUSPENDED
    if finding.subindication is AdESPassed.OK:
        return QUALIFICATIONS.get(finding.qualification, Reason.NOT_QUALIFIED)
    reason = REASONS.get(finding.subindication, Reason.UNTRUSTED)
    if reason in (Reason.EXPIRED, Reason.UNTRUSTED) and at < finding.certificate.not_valid_before:
        return Reason.NOT_YET_VALID
    if reason is Reason.UNTRUSTED and is_for_authentication(finding.certificate):
        return Reason.NOT_QUALIFIED
    return reason
