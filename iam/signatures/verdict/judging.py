# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""All the checks, in order, and the one decision that comes of them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from zoneinfo import ZoneInfo

from asn1crypto import cms
from pyhanko.sign.ades.report import AdESPassed, AdESStatus
from pyhanko.sign.general import extract_certificate_info
from pyhanko.sign.validation import EmbeddedPdfSignature
from pyhanko.sign.validation.generic_cms import validate_sig_integrity

from iam.signatures.sandbox.waiting import finished
from iam.signatures.trust.prepared import PreparedTrust
from iam.signatures.types import (
    MAX_BYTES,
    Binding,
    Evidence,
    ExpectedSigner,
    Integrity,
    Outcome,
    Qualification,
    Reason,
    SignerReport,
    Verdict,
)
from iam.signatures.verdict import certificate as person
from iam.signatures.verdict.byte_gate import ExaminedPdf, examine
from iam.signatures.verdict.cad import reason_for
from iam.signatures.verdict.container import Unwrapped, unwrap
from iam.signatures.verdict.eidas import Finding, find
from iam.signatures.verdict.model import Signed, check_document, check_persons
from iam.signatures.verdict.modifications import check_since_signed
from iam.signatures.verdict.refusal import Unfit, modified
from iam.signatures.verdict.sentences import SENTENCES, listed

ROME = ZoneInfo("Europe/Rome")
UNDECIDED = frozenset({Reason.CANNOT_CHECK, Reason.TRUST_LIST_UNAVAILABLE})
SPOILED = {Reason.ALTERED: Integrity.MODIFIED, Reason.BROKEN: Integrity.BROKEN}
TIMESTAMP = "/DocTimeStamp"
WAIT_SECONDS = 8.0
"""For the issuers' answers: less than the sandbox's own time, so that a verdict is given."""

INDICATIONS = {
    AdESStatus.PASSED: "TOTAL-PASSED",
    AdESStatus.INDETERMINATE: "INDETERMINATE",
    AdESStatus.FAILED: "TOTAL-FAILED",
}


def judge(
    content: bytes,
    *,
    binding: Binding | None,
    signers: Sequence[ExpectedSigner],
    trust: PreparedTrust,
    at: datetime,
) -> Verdict:
    """Return the verdict on `content` at the instant `at`. Never raises on a bad file.

    It parses hostile bytes: outside of tests it runs in the sandbox (`pool.verify`).
    """
    case = _Case(content, binding, tuple(signers), trust, at)
    try:
        return finished(asyncio.wait_for(case.verdict(), WAIT_SECONDS))
    except Unfit as unfit:
        return case.refusal(unfit.reason, unfit.integrity)
    except TimeoutError:
        return case.refusal(Reason.CANNOT_CHECK, Integrity.UNKNOWN)
    except Exception:
        return case.refusal(Reason.UNREADABLE, Integrity.MALFORMED)


@dataclass(frozen=True)
class _Mark:
    """One signature to judge, in the order of `step`."""

    signed_data: cms.SignedData
    digest: bytes | None
    declared_at: datetime | None
    level: str
    step: int


@dataclass(frozen=True)
class _Case:
    content: bytes
    binding: Binding | None
    expected: tuple[ExpectedSigner, ...]
    trust: PreparedTrust
    at: datetime

    async def verdict(self) -> Verdict:
        if len(self.content) > MAX_BYTES:
            raise Unfit(Reason.TOO_LARGE, Integrity.UNKNOWN)
        file = unwrap(self.content)
        pdf = examine(file.payload)
        inside = self._persons_in(pdf)
        if inside:
            check_since_signed(pdf, last=inside[-1])
        if self.binding is not None:
            check_document(pdf, self.binding, signed_inside=len(inside))
        marks = [*_marks_of(pdf, inside), *_marks_around(file, steps_before=len(inside))]
        if not marks:
            raise Unfit(Reason.NOT_SIGNED, Integrity.NO_SIGNATURE)
        if not self.trust.in_date(self.at):
            return self.refusal(Reason.TRUST_LIST_UNAVAILABLE, Integrity.UNKNOWN, file)
        findings = [await self._found(mark) for mark in marks]
        return self._decided(file, marks, findings)

    async def _found(self, mark: _Mark) -> Finding:
        try:
            return await find(
                mark.signed_data,
                digest=mark.digest,
                declared_at=mark.declared_at,
                trust=self.trust,
                at=self.at,
            )
        except (AssertionError, ValueError, TypeError, KeyError, NotImplementedError) as fault:
            raise Unfit(Reason.BROKEN, Integrity.BROKEN, type(fault).__name__) from fault

    def _persons_in(self, pdf: ExaminedPdf) -> list[EmbeddedPdfSignature]:
        """Return the signatures of persons in the PDF: neither timestamps nor our seal."""
        return [
            signature
            for signature in pdf.signatures
            if signature.sig_object_type != TIMESTAMP and not self._is_our_seal(signature)
        ]

    def _is_our_seal(self, signature: EmbeddedPdfSignature) -> bool:
        """A seal is ours by its certificate and by its mathematics, which must both hold."""
        certificate = extract_certificate_info(signature.signed_data).signer_cert
        if certificate.dump() not in self.trust.seals:
            return False
        intact, valid = validate_sig_integrity(
            signature.signer_info, certificate, "data", signature.compute_digest()
        )
        if not (intact and valid):
            raise modified("il sigillo della piattaforma non è integro")
        return True

    def _decided(
        self, file: Unwrapped, marks: Sequence[_Mark], findings: Sequence[Finding]
    ) -> Verdict:
        awaited = {signer.codice_fiscale.upper() for signer in self.expected}
        reports = tuple(
            _report(mark, finding, awaited=awaited, at=self.at)
            for mark, finding in zip(marks, findings, strict=True)
        )
        reason = self._reason(marks, reports)
        evidence = {piece.sha256: piece for f in findings for piece in f.evidence}
        worst = next((r for r in reports if r.reason is reason), reports[0])
        return self._verdict(
            reason,
            SPOILED.get(reason, Integrity.INTACT),
            file=file,
            signers=reports,
            evidence=tuple(evidence.values()),
            worst=worst,
        )

    def _reason(self, marks: Sequence[_Mark], reports: Sequence[SignerReport]) -> Reason:
        """A certain refusal comes first, then the persons, then what could not be checked."""
        faults = [report.reason for report in reports if report.reason is not Reason.VALID]
        certain = [reason for reason in faults if reason not in UNDECIDED]
        if certain:
            return certain[0]
        made = [
            Signed(report.codice_fiscale, mark.step)
            for mark, report in zip(marks, reports, strict=True)
        ]
        persons = check_persons(made, self.expected)
        if persons is not Reason.VALID:
            return persons
        return faults[0] if faults else Reason.VALID

    def refusal(
        self, reason: Reason, integrity: Integrity, file: Unwrapped | None = None
    ) -> Verdict:
        return self._verdict(reason, integrity, file=file)

    def _verdict(
        self,
        reason: Reason,
        integrity: Integrity,
        *,
        file: Unwrapped | None,
        signers: tuple[SignerReport, ...] = (),
        evidence: tuple[Evidence, ...] = (),
        worst: SignerReport | None = None,
    ) -> Verdict:
        outcome = Outcome.REJECT
        if reason is Reason.VALID:
            outcome = Outcome.ACCEPT
        elif reason in UNDECIDED:
            outcome = Outcome.INDETERMINATE
        sentence = SENTENCES[reason]
        listing = self.trust.trust_list
        return Verdict(
            outcome=outcome,
            integrity=integrity,
            reason=reason,
            title=sentence.title,
            sentence=sentence.text.format_map(_Facts(self._facts(signers, worst))),
            at=self.at,
            container=file.container if file else "",
            content_sha256=sha256(self.content).hexdigest(),
            document_sha256=sha256(file.payload).hexdigest() if file else "",
            trust_list_sha256=self.trust.store.trust_list_sha256,
            trust_list_sequence=listing.sequence if listing else 0,
            signers=signers,
            indication=worst.indication if worst else "",
            subindication=worst.subindication if worst else "",
            evidence=evidence,
        )

    def _facts(self, signers: Sequence[SignerReport], worst: SignerReport | None) -> dict[str, str]:
        present = {signer.codice_fiscale for signer in signers}
        facts = {
            "signers": listed(list(dict.fromkeys(signer.name for signer in signers))),
            "expected": listed([_called(signer) for signer in self.expected]),
            "missing": listed(
                [_called(s) for s in self.expected if s.codice_fiscale.upper() not in present]
            ),
        }
        if worst is not None:
            facts |= {
                "provider": worst.provider,
                "expired_on": _day(worst.valid_until),
                "valid_from": _day(worst.valid_since),
                "signed_on": _day(worst.signed_at or self.at),
                "revoked_on": _day(worst.revoked_at),
            }
        return facts


class _Facts(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "…"


def _called(signer: ExpectedSigner) -> str:
    name = signer.name or "la persona indicata"
    return f"{name}, {signer.office}" if signer.office else name


def _day(instant: datetime | None) -> str:
    return f"{instant.astimezone(ROME):%d/%m/%Y}" if instant else "…"


def _marks_of(pdf: ExaminedPdf, inside: Sequence[EmbeddedPdfSignature]) -> list[_Mark]:
    stamped = any(s.sig_object_type == TIMESTAMP for s in pdf.signatures)
    extras = "/DSS" in pdf.reader.root
    return [
        _Mark(
            signed_data=signature.signed_data,
            digest=signature.compute_digest(),
            declared_at=signature.self_reported_timestamp,
            level="B-LTA" if stamped and extras else "B-LT" if extras else "B-B",
            step=step,
        )
        for step, signature in enumerate(inside)
    ]


def _marks_around(file: Unwrapped, *, steps_before: int) -> list[_Mark]:
    return [
        _Mark(
            signed_data=one, digest=None, declared_at=None, level="B-B", step=steps_before + depth
        )
        for depth, layer in enumerate(reversed(file.layers))
        for one in layer.by_signer()
    ]


def _report(mark: _Mark, finding: Finding, *, awaited: set[str], at: datetime) -> SignerReport:
    certificate = finding.certificate
    reason = reason_for(finding, at=at)
    codice_fiscale = person.codice_fiscale(certificate)
    trusted: bool | None = finding.subindication is AdESPassed.OK
    if reason in UNDECIDED:
        trusted = None
    legal: bool | None = reason is Reason.VALID
    if reason in UNDECIDED or (finding.qualification is Qualification.UNKNOWN and trusted is None):
        legal = None
    return SignerReport(
        firma_integra=finding.intact,
        certificato_attendibile=trusted,
        valore_legale=legal,
        name=person.person_name(certificate),
        codice_fiscale=codice_fiscale,
        provider=person.provider_name(certificate),
        certificate_serial=f"{certificate.serial_number:x}",
        valid_since=certificate.not_valid_before,
        valid_until=certificate.not_valid_after,
        signed_at=finding.signed_at,
        signed_at_source=finding.signed_at_source,
        revocation=finding.revocation,
        revoked_at=finding.revoked_at,
        qualification=finding.qualification,
        level="B-T" if finding.timestamped and mark.level == "B-B" else mark.level,
        indication=INDICATIONS[finding.subindication.status],
        subindication=""
        if finding.subindication is AdESPassed.OK
        else finding.subindication.standard_name,
        expected=codice_fiscale in awaited,
        reason=reason,
    )


__all__ = ["judge"]
