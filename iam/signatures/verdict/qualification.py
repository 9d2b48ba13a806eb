# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whether a certificate is qualified, for what, and on which device. Source: ETSI TS 119 615.

The library's own assessment refuses certificates with two types and looks at one instant
only; the rules of the trust list (its qualifiers) are read through it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from asn1crypto import x509
from pyhanko.sign.ades.qualified_asn1 import get_qc_statements
from pyhanko.sign.validation.qualified.assess import QualificationAssessor
from pyhanko.sign.validation.qualified.q_status import (
    QcPrivateKeyManagementType,
    QualifiedStatus,
)
from pyhanko.sign.validation.qualified.tsp import (
    CAServiceInformation,
    QcCertType,
    TSPRegistry,
)
from pyhanko_certvalidator.path import ValidationPath

from iam.signatures.types import Qualification


def qualification_of(path: ValidationPath, registry: TSPRegistry, *, at: datetime) -> Qualification:
    """Return what the certificate at the end of `path` is worth both when issued and at `at`."""
    certificate = path.leaf
    if not isinstance(certificate, x509.Certificate):
        return Qualification.NOT_QUALIFIED
    instants = (certificate.not_valid_before, at)
    return min((_at(path, certificate, registry, instant) for instant in instants), key=_worth)


WORTH = (
    Qualification.NOT_QUALIFIED,
    Qualification.QUALIFIED_SEAL,
    Qualification.QUALIFIED_WITHOUT_DEVICE,
    Qualification.QUALIFIED,
)


def _worth(qualification: Qualification) -> int:
    return WORTH.index(qualification)


def _at(
    path: ValidationPath, certificate: x509.Certificate, registry: TSPRegistry, instant: datetime
) -> Qualification:
    found = {
        _judged(status)
        for service in registry.applicable_tsps_on_path(path, instant)
        if isinstance(service, CAServiceInformation)
        for status in _declared(certificate, service)
    }
    return max(found, key=_worth, default=Qualification.NOT_QUALIFIED)


def _declared(
    certificate: x509.Certificate, service: CAServiceInformation
) -> list[QualifiedStatus]:
    """Return one status for each type in the certificate that the service may issue."""
    statements = {
        statement["statement_id"].native: statement for statement in get_qc_statements(certificate)
    }
    qualified = "qc_compliance" in statements
    device = QcPrivateKeyManagementType.UNKNOWN
    if qualified and "qc_sscd" in statements:
        device = QcPrivateKeyManagementType.QSCD
    types = [QcCertType.QC_ESIGN]
    if "qc_type" in statements:
        types = [QcCertType(kind.native) for kind in statements["qc_type"]["statement_info"]]
    allowed = service.base_info.additional_info_certificate_type
    plain = QualifiedStatus(qualified, QcCertType.QC_ESIGN, device)
    made = (
        QualificationAssessor._apply_sd_qualifications(
            certificate, replace(plain, qc_type=kind), service.qualifications
        )
        for kind in types
    )
    return [status for status in made if not allowed or status.qc_type in allowed]


def _judged(status: QualifiedStatus) -> Qualification:
    if not status.qualified:
        return Qualification.NOT_QUALIFIED
    if status.qc_type is QcCertType.QC_ESEAL:
        return Qualification.QUALIFIED_SEAL
    if status.qc_type is not QcCertType.QC_ESIGN:
        return Qualification.NOT_QUALIFIED
    if not status.qc_key_security.is_qscd:
        return Qualification.QUALIFIED_WITHOUT_DEVICE
    return Qualification.QUALIFIED
