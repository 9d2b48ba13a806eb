# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is asked of a verdict and what it answers. Plain values: no pyHanko, no Django."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any

MAX_BYTES = 20 * 1024 * 1024
"""The largest file we read. Larger ones are refused before anything parses them."""


class Outcome(StrEnum):
    """The decision. INDETERMINATE is a state of its own and is never rounded."""

    ACCEPT = "ACCEPT"
    REJECT = "REJECT"
    INDETERMINATE = "INDETERMINATE"


class Integrity(StrEnum):
    """What became of the bytes since they were signed."""

    INTACT = "intact"
    MODIFIED = "modified"
    FORGED = "forged"
    BROKEN = "broken"
    NO_SIGNATURE = "no-signature"
    MALFORMED = "malformed"
    DETACHED = "detached"
    UNKNOWN = "unknown"


class Reason(StrEnum):
    """Why the verdict is what it is. The values are API and permanent."""

    VALID = "firma-valida"
    NOT_SIGNED = "file-non-firmato"
    ALTERED = "modificato-dopo-la-firma"
    FORGED = "struttura-sospetta"
    BROKEN = "firma-non-integra"
    OTHER_DOCUMENT = "altro-documento"
    WRONG_PERSON = "firmato-da-altra-persona"
    NO_CODICE_FISCALE = "certificato-senza-codice-fiscale"
    SEVERAL_SIGNERS = "firme-in-piu"
    MISSING_SIGNER = "firma-mancante"
    WRONG_ORDER = "ordine-delle-firme"
    EXPIRED = "certificato-scaduto"
    NOT_YET_VALID = "certificato-non-ancora-valido"
    REVOKED = "certificato-revocato"
    SUSPENDED = "certificato-sospeso"
    NOT_QUALIFIED = "firma-non-qualificata"
    SEAL = "sigillo-non-firma"
    UNTRUSTED = "fornitore-non-riconosciuto"
    WEAK = "algoritmo-debole"
    TOO_LARGE = "file-troppo-grande"
    UNREADABLE = "file-illeggibile"
    ENCRYPTED = "file-cifrato"
    FORMAT = "formato-non-accettato"
    DETACHED = "firma-separata-dal-documento"
    CANNOT_CHECK = "controllo-non-possibile-ora"
    TRUST_LIST_UNAVAILABLE = "elenco-di-fiducia-non-disponibile"


@dataclass(frozen=True, kw_only=True)
class ExpectedSigner:
    """Who must sign. The codice fiscale decides; `name` and `office` only make sentences."""

    codice_fiscale: str
    name: str = ""
    office: str = ""


@dataclass(frozen=True)
class Binding:
    """The one document that may be signed: the very bytes the platform generated and sealed."""

    document: bytes

    @property
    def sha256(self) -> str:
        return sha256(self.document).hexdigest()


@dataclass(frozen=True, kw_only=True)
class TrustStore:
    """All that a verdict trusts, as bytes, so that it can be kept beside the verdict.

    `trust_list` is the signed ETSI TS 119 612 XML, empty when there is none;
    certificates are DER. `fetch_hosts` are the `host:port` that may be asked for
    OCSP and CRL; `"*"` stands for every host with a public address.
    """

    trust_list: bytes = b""
    trust_list_signers: tuple[bytes, ...] = ()
    seals: tuple[bytes, ...] = ()
    pec_authorities: tuple[bytes, ...] = ()
    fetch_hosts: tuple[str, ...] = ("*",)

    @property
    def trust_list_sha256(self) -> str:
        return sha256(self.trust_list).hexdigest() if self.trust_list else ""

    @property
    def fingerprint(self) -> str:
        """Changes when anything trusted changes."""
        parts = (
            self.trust_list,
            b"\n".join(self.trust_list_signers),
            b"\n".join(self.seals),
            b"\n".join(self.pec_authorities),
            "\n".join(self.fetch_hosts).encode(),
        )
        return sha256(b"".join(sha256(part).digest() for part in parts)).hexdigest()


class TimeSource(StrEnum):
    """How we know when a signature was made."""

    TIMESTAMP = "marca-temporale"
    DECLARED = "dichiarato-dal-firmatario"
    UPLOAD = "ora-del-controllo"


class Revocation(StrEnum):
    """What the issuer said of the certificate."""

    GOOD = "valido"
    REVOKED = "revocato"
    SUSPENDED = "sospeso"
    UNKNOWN = "non-verificato"


class Qualification(StrEnum):
    """What the trust list makes of the certificate."""

    QUALIFIED = "firma-qualificata"
    QUALIFIED_WITHOUT_DEVICE = "certificato-qualificato-senza-dispositivo"
    QUALIFIED_SEAL = "sigillo-qualificato"
    NOT_QUALIFIED = "non-qualificata"
    UNKNOWN = "non-verificata"


@dataclass(frozen=True, kw_only=True)
class SignerReport:
    """One signature. The first three are the lines Italian users know."""

    firma_integra: bool | None
    certificato_attendibile: bool | None
    valore_legale: bool | None
    name: str = ""
    codice_fiscale: str = ""
    provider: str = ""
    certificate_serial: str = ""
    valid_since: datetime | None = None
    valid_until: datetime | None = None
    signed_at: datetime | None = None
    signed_at_source: TimeSource = TimeSource.UPLOAD
    revocation: Revocation = Revocation.UNKNOWN
    revoked_at: datetime | None = None
    qualification: Qualification = Qualification.UNKNOWN
    level: str = ""
    indication: str = ""
    subindication: str = ""
    expected: bool = False
    reason: Reason = Reason.VALID


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """A revocation answer that the verdict rests on; `kind` is `ocsp` or `crl`, content is DER."""

    kind: str
    content: bytes

    @property
    def sha256(self) -> str:
        return sha256(self.content).hexdigest()


LABEL = "Verifica non qualificata: non sostituisce quella di un prestatore di servizi fiduciari."


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """One decision, bound to one file, one document, its persons and one instant."""

    outcome: Outcome
    integrity: Integrity
    reason: Reason
    title: str
    sentence: str
    at: datetime
    container: str = ""
    content_sha256: str = ""
    document_sha256: str = ""
    trust_list_sha256: str = ""
    trust_list_sequence: int = 0
    signers: tuple[SignerReport, ...] = ()
    indication: str = ""
    subindication: str = ""
    label: str = LABEL
    evidence: tuple[Evidence, ...] = field(default=(), repr=False)

    @property
    def accepted(self) -> bool:
        return self.outcome is Outcome.ACCEPT

    def report(self) -> dict[str, Any]:
        """Return the report as JSON values: names, codici fiscali and digests, no bytes.

        It holds personal data: keep it encrypted, never log it.
        """
        values = {
            name.name: getattr(self, name.name) for name in fields(self) if name.name != "evidence"
        }
        values["signers"] = [asdict(signer) for signer in self.signers]
        values["evidence"] = [
            {"kind": piece.kind, "sha256": piece.sha256} for piece in self.evidence
        ]
        plain: dict[str, Any] = _as_json_values(values)
        return plain

    @property
    def report_hash(self) -> str:
        """SHA-256, in hexadecimal, of the canonical JSON of the report."""
        return sha256(canonical_json(self.report())).hexdigest()

    @classmethod
    def from_report(
        cls, report: Mapping[str, Any], *, evidence: Sequence[Evidence] = ()
    ) -> Verdict:
        """Undo `report`. Raises `KeyError` or `ValueError` if it is not one."""
        values = dict(report)
        values["signers"] = tuple(_signer(signer) for signer in values["signers"])
        values["outcome"] = Outcome(values["outcome"])
        values["integrity"] = Integrity(values["integrity"])
        values["reason"] = Reason(values["reason"])
        values["at"] = datetime.fromisoformat(values["at"])
        values["evidence"] = tuple(evidence)
        return cls(**values)


def canonical_json(value: object) -> bytes:
    """Sorted keys, no blanks, UTF-8: the same bytes for the same values."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _as_json_values(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _as_json_values(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_as_json_values(item) for item in value]
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, StrEnum):
        return value.value
    return value


def _signer(values: Mapping[str, Any]) -> SignerReport:
    signer = dict(values)
    for name in ("valid_since", "valid_until", "signed_at", "revoked_at"):
        if signer[name] is not None:
            signer[name] = datetime.fromisoformat(signer[name])
    signer["signed_at_source"] = TimeSource(signer["signed_at_source"])
    signer["revocation"] = Revocation(signer["revocation"])
    signer["qualification"] = Qualification(signer["qualification"])
    signer["reason"] = Reason(signer["reason"])
    return SignerReport(**signer)


class Attendance(StrEnum):
    """Outcome of the check of a PEC message."""

    VALID = "valid"
    UNSIGNED = "unsigned"
    ALTERED = "altered"
    UNTRUSTED = "untrusted"
    WRONG_SENDER = "wrong-sender"
    UNCHECKED = "unchecked"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, kw_only=True)
class SmimeVerdict:
    """What the provider's signature on a PEC envelope or receipt is worth."""

    attendance: Attendance
    sentence: str
    signer_address: str = ""
    signer_name: str = ""
    authority: str = ""
    signed_at: datetime | None = None
    content_sha256: str = ""
    content: bytes = field(default=b"", repr=False)
    """The signed MIME entity, headers included: parse this, never the message round it."""

    @property
    def trusted(self) -> bool:
        return self.attendance is Attendance.VALID
