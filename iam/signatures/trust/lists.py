# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The trust list of a Member State: verified first, then read. Source: ETSI TS 119 612."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from asn1crypto import x509
from cryptography.x509 import load_der_x509_certificate
from lxml import etree
from pyhanko.sign.validation.qualified.eutl_parse import trust_list_to_registry_unsafe
from pyhanko.sign.validation.qualified.tsp import TSPRegistry
from pyhanko_certvalidator.authority import Authority, AuthorityWithCert
from signxml import InvalidSignature
from signxml.xades import XAdESSignatureConfiguration, XAdESVerifier

TSL = "http://uri.etsi.org/02231/v2#"
ADDITIONAL = "http://uri.etsi.org/02231/v2/additionaltypes#"
ROOT = f"{{{TSL}}}TrustServiceStatusList"


class TrustListUnusable(ValueError):
    """The list cannot be relied on; the text says why, in Italian."""


@dataclass(frozen=True)
class TrustList:
    """A verified list: who may issue qualified certificates and qualified timestamps."""

    territory: str
    sequence: int
    issued_at: datetime
    next_update: datetime
    registry: TSPRegistry = field(repr=False)
    authorities: tuple[x509.Certificate, ...] = field(repr=False)
    timestamp_authorities: tuple[x509.Certificate, ...] = field(repr=False)
    excluded: tuple[str, ...] = ()


def read(xml: bytes, *, signers: Sequence[bytes], at: datetime) -> TrustList:
    """Return the list in `xml` if one of `signers` (DER) signed it and it is in date at `at`.

    Raises `TrustListUnusable`. A list without a next update is closed and trusts nobody.
    """
    root = _signed_by(xml, signers, at=at)
    issued_at = _instant(root, "ListIssueDateTime")
    next_update = _instant(root, "NextUpdate/{*}dateTime")
    if issued_at > at:
        raise TrustListUnusable("la sua data di emissione è nel futuro.")
    if next_update <= at:
        raise TrustListUnusable(f"doveva essere aggiornato entro il {next_update:%d/%m/%Y}.")
    _tolerate_taken_over(root)
    registry, faults = trust_list_to_registry_unsafe(etree.tostring(root).decode())
    if not any(registry.known_certificate_authorities):
        raise TrustListUnusable("non contiene nessun prestatore.")
    return TrustList(
        territory=_text(root, "SchemeTerritory"),
        sequence=int(_text(root, "TSLSequenceNumber")),
        issued_at=issued_at,
        next_update=next_update,
        registry=registry,
        authorities=_certificates(registry.known_certificate_authorities),
        timestamp_authorities=_certificates(
            authority
            for authority in registry.known_timestamp_authorities
            if any(registry.applicable_service_definitions(authority, at))
        ),
        excluded=tuple(str(fault)[:300] for fault in faults),
    )


def _certificates(authorities: Iterable[Authority]) -> tuple[x509.Certificate, ...]:
    return tuple(
        authority.certificate
        for authority in authorities
        if isinstance(authority, AuthorityWithCert)
    )


def _signed_by(xml: bytes, signers: Sequence[bytes], *, at: datetime) -> etree._Element:
    """Return the part of `xml` that a signature covers: nothing else of it is ever read."""
    configuration = XAdESSignatureConfiguration(require_x509=True, expect_references=True)
    for der in signers:
        certificate = load_der_x509_certificate(der)
        if not certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc:
            continue
        try:
            found = XAdESVerifier().verify(xml, x509_cert=certificate, expect_config=configuration)
        except (InvalidSignature, etree.Error, ValueError, TypeError, KeyError):
            continue
        for part in found:
            if part.signed_xml is not None and part.signed_xml.tag == ROOT:
                return etree.fromstring(part.signed_data, _parser())
    raise TrustListUnusable("la sua firma non è di un gestore riconosciuto.")


def _parser() -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=True,
    )


def _tolerate_taken_over(root: etree._Element) -> None:
    """`TakenOverBy` says who runs a service now. It is critical, and changes no trust."""
    for mark in root.iter(f"{{{ADDITIONAL}}}TakenOverBy"):
        extension = mark.getparent()
        if extension is not None and extension.tag == f"{{{TSL}}}Extension":
            extension.set("Critical", "false")


def _text(root: etree._Element, path: str) -> str:
    found = root.findtext(f"{{{TSL}}}SchemeInformation/{{*}}{path}")
    if not found:
        raise TrustListUnusable(f"manca {path}.")
    return found.strip()


def _instant(root: etree._Element, path: str) -> datetime:
    return datetime.fromisoformat(_text(root, path))
