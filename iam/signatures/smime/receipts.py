# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whether a PEC message comes, unaltered, from a certified provider.

Only the signed entity is proof: the outer headers (X-Ricevuta and the rest) are not
signed, and whoever reads a receipt reads its daticert.xml inside the entity.
Source: DM 2-11-2005, technical rules, 6.3 and 7; RFC 8551.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parseaddr
from hashlib import sha256

from asn1crypto import cms, core, x509
from cryptography.hazmat.primitives import hashes
from pyhanko.sign.ades.report import AdESFailure, AdESIndeterminate, AdESPassed
from pyhanko.sign.general import extract_certificate_info
from pyhanko.sign.validation.ades import ades_basic_validation
from pyhanko.sign.validation.generic_cms import extract_self_reported_ts
from pyhanko_certvalidator.ltv.types import ValidationTimingInfo

from iam.signatures.sandbox.waiting import finished
from iam.signatures.trust.prepared import PreparedTrust
from iam.signatures.types import MAX_BYTES, Attendance, SmimeVerdict
from iam.signatures.verdict.asn1_gate import check_shape

MAX_MESSAGE = 2 * MAX_BYTES
"""A PEC message carries at most 30 MB of attachments, and base64 adds a third."""

WAIT_SECONDS = 8.0
"""For the issuers' answers: less than the sandbox's own time."""

SIGNATURE_TYPES = ("application/pkcs7-signature", "application/x-pkcs7-signature")
ENVELOPE_TYPES = ("application/pkcs7-mime", "application/x-pkcs7-mime")
ALTERED = (AdESFailure.HASH_FAILURE, AdESFailure.SIG_CRYPTO_FAILURE)
UNCHECKED = (AdESIndeterminate.TRY_LATER, AdESIndeterminate.REVOCATION_OUT_OF_BOUNDS_NO_POE)

SENTENCES = {
    Attendance.VALID: "Il messaggio è integro e viene dal gestore PEC.",
    Attendance.UNSIGNED: "Il messaggio non è firmato da un gestore PEC: non prova nulla.",
    Attendance.ALTERED: "Il messaggio è stato modificato dopo la firma del gestore PEC.",
    Attendance.UNTRUSTED: "Chi ha firmato il messaggio non è un gestore PEC riconosciuto.",
    Attendance.WRONG_SENDER: "Il messaggio è firmato da un indirizzo diverso dal mittente.",
    Attendance.UNCHECKED: "Il certificato del gestore PEC non si può controllare ora.",
    Attendance.UNREADABLE: "Il messaggio non è leggibile.",
}


def judge_receipt(message: bytes, *, trust: PreparedTrust, at: datetime) -> SmimeVerdict:
    """Return what the provider's signature on `message` is worth at `at`. Never raises.

    It parses hostile bytes: outside of tests it runs in the sandbox (`pool.verify_receipt`).
    """
    if len(message) > MAX_MESSAGE:
        return _verdict(Attendance.UNREADABLE)
    try:
        return finished(asyncio.wait_for(_judged(message, trust, at), WAIT_SECONDS))
    except TimeoutError:
        return _verdict(Attendance.UNCHECKED)
    except Exception:
        return _verdict(Attendance.UNREADABLE)


def _verdict(attendance: Attendance, **facts: object) -> SmimeVerdict:
    return SmimeVerdict(
        attendance=attendance,
        sentence=SENTENCES[attendance],
        **facts,  # type: ignore[arg-type]  # the names are those of the dataclass
    )


async def _judged(message: bytes, trust: PreparedTrust, at: datetime) -> SmimeVerdict:
    parsed = message_from_bytes(message, policy=policy.default)
    assert isinstance(parsed, EmailMessage)
    found = _signed_part(parsed, message)
    if found is None:
        return _verdict(Attendance.UNSIGNED)
    signed_data, candidates = found
    certificate = extract_certificate_info(signed_data).signer_cert
    entity = _entity_signed(signed_data, candidates)
    addresses = _addresses(certificate)
    facts: dict[str, object] = {
        "signer_address": addresses[0] if addresses else "",
        "signer_name": str(certificate.subject.native.get("common_name", "")),
        "authority": str(certificate.issuer.native.get("common_name", "")),
        "signed_at": _declared_time(signed_data),
    }
    if entity is None:
        return _verdict(Attendance.ALTERED, **facts)
    facts |= {"content": entity, "content_sha256": sha256(entity).hexdigest()}
    attendance = await _attendance(signed_data, entity, trust, at)
    sender = parseaddr(str(parsed.get("From", "")))[1].lower()
    if attendance is Attendance.VALID and sender not in addresses:
        attendance = Attendance.WRONG_SENDER
    return _verdict(attendance, **facts)


async def _attendance(
    signed_data: cms.SignedData, entity: bytes, trust: PreparedTrust, at: datetime
) -> Attendance:
    if not trust.store.pec_authorities:
        return Attendance.UNTRUSTED
    timing = ValidationTimingInfo(
        validation_time=at, best_signature_time=at, point_in_time_validation=False
    )
    result = await ades_basic_validation(
        _detached(signed_data),
        trust.for_pec(),
        timing_info=timing,
        raw_digest=_digest(signed_data, entity),
    )
    if result.ades_subindic is AdESPassed.OK:
        return Attendance.VALID
    if result.ades_subindic in ALTERED:
        return Attendance.ALTERED
    return Attendance.UNCHECKED if result.ades_subindic in UNCHECKED else Attendance.UNTRUSTED


def _signed_part(parsed: EmailMessage, message: bytes) -> tuple[cms.SignedData, list[bytes]] | None:
    """Return the CMS of the message and the bytes that it may have signed."""
    kind = parsed.get_content_type()
    if kind in ENVELOPE_TYPES:
        signed_data = _cms(parsed.get_payload(decode=True))
        inside = signed_data["encap_content_info"]["content"]
        return signed_data, [] if isinstance(inside, core.Void) else [bytes(inside)]
    if kind != "multipart/signed":
        return None
    parts = list(parsed.iter_parts())
    if len(parts) != 2 or parts[1].get_content_type() not in SIGNATURE_TYPES:
        return None
    boundary = str(parsed.get_boundary() or "")
    return _cms(parts[1].get_payload(decode=True)), list(_first_entity(message, boundary))


def _cms(content: object) -> cms.SignedData:
    if not isinstance(content, bytes):
        raise ValueError("no CMS")
    check_shape(content)
    envelope = cms.ContentInfo.load(content)
    if envelope["content_type"].native != "signed_data":
        raise ValueError("not signed data")
    return envelope["content"]


def _first_entity(message: bytes, boundary: str) -> Iterator[bytes]:
    """Yield the first part of a multipart as it travelled, and with the line ends it must have."""
    mark = re.escape(b"--" + boundary.encode())
    found = re.search(rb"(?:^|\r?\n)" + mark + rb"[ \t]*\r?\n(.*?)\r?\n" + mark, message, re.DOTALL)
    if found is None:
        return
    yield found[1]
    yield re.sub(rb"\r?\n", b"\r\n", found[1])


def _entity_signed(signed_data: cms.SignedData, candidates: list[bytes]) -> bytes | None:
    attributes = signed_data["signer_infos"][0]["signed_attrs"]
    stated = {
        attribute["values"][0].native
        for attribute in attributes
        if attribute["type"].native == "message_digest"
    }
    return next((c for c in candidates if _digest(signed_data, c) in stated), None)


def _digest(signed_data: cms.SignedData, content: bytes) -> bytes:
    name = signed_data["signer_infos"][0]["digest_algorithm"]["algorithm"].native
    digest = hashes.Hash(getattr(hashes, name.upper())())
    digest.update(content)
    return digest.finalize()


def _detached(signed_data: cms.SignedData) -> cms.SignedData:
    """The engine wants a digest or a content inside, not both."""
    shared = {
        "version": signed_data["version"].native,
        "digest_algorithms": signed_data["digest_algorithms"],
        "encap_content_info": {"content_type": signed_data["encap_content_info"]["content_type"]},
        "signer_infos": signed_data["signer_infos"],
    }
    for optional in ("certificates", "crls"):
        if not isinstance(signed_data[optional], core.Void):
            shared[optional] = signed_data[optional]
    return cms.SignedData(shared)


def _declared_time(signed_data: cms.SignedData) -> datetime | None:
    declared = extract_self_reported_ts(signed_data["signer_infos"][0])
    return declared.astimezone(UTC) if declared else None


def _addresses(certificate: x509.Certificate) -> list[str]:
    """Return the mail addresses a certificate vouches for, in lower case."""
    named = certificate.subject_alt_name_value
    found = [str(general.native) for general in (named or ()) if general.name == "rfc822_name"]
    subject = certificate.subject.native.get("email_address")
    if isinstance(subject, str):
        found.append(subject)
    return [address.lower() for address in found]
