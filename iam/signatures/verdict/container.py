# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What kind of file arrived, and the layers of .p7m taken off one by one."""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Iterator
from dataclasses import dataclass

from asn1crypto import cms, core, pem

from iam.signatures.types import Integrity, Reason
from iam.signatures.verdict.asn1_gate import check_shape
from iam.signatures.verdict.refusal import Unfit, unreadable

MAX_LAYERS = 5
MAX_SIGNERS_PER_LAYER = 10
SEQUENCE = b"\x30"
BASE64 = re.compile(rb"[A-Za-z0-9+/=\s]+")
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Layer:
    """One CMS envelope: who signed, and the content they signed, byte by byte."""

    signed_data: cms.SignedData
    content: bytes

    def by_signer(self) -> Iterator[cms.SignedData]:
        """Yield the same envelope once per signer: the engine reads one signer at a time."""
        whole = self.signed_data
        shared = {
            "version": whole["version"].native,
            "digest_algorithms": whole["digest_algorithms"],
            "encap_content_info": {
                "content_type": "data",
                "content": core.OctetString(self.content),
            },
        }
        for optional in ("certificates", "crls"):
            if not isinstance(whole[optional], core.Void):
                shared[optional] = whole[optional]
        for signer in whole["signer_infos"]:
            yield cms.SignedData(shared | {"signer_infos": [signer]})


@dataclass(frozen=True)
class Unwrapped:
    """`layers` go from the outermost in; `payload` is the PDF inside them all."""

    layers: tuple[Layer, ...]
    payload: bytes

    @property
    def container(self) -> str:
        return "p7m" if self.layers else "pdf"


def unwrap(content: bytes) -> Unwrapped:
    """Take the layers of .p7m off `content` until the PDF. Raises `Unfit`."""
    layers: list[Layer] = []
    inner = content
    while not inner.startswith(b"%PDF-"):
        if len(layers) == MAX_LAYERS:
            raise unreadable("troppe buste una dentro l'altra")
        if layers and not _is_cms(inner):
            raise Unfit(Reason.FORMAT, Integrity.UNKNOWN, "la busta non contiene un PDF")
        layers.append(_layer(inner))
        inner = layers[-1].content
    return Unwrapped(tuple(layers), inner)


def _is_cms(content: bytes) -> bool:
    return content.startswith(SEQUENCE) or _decoded(content) is not None


def _decoded(content: bytes) -> bytes | None:
    """Undo PEM and base64, once or twice. None when `content` is neither."""
    text = content.removeprefix(BYTE_ORDER_MARK).strip()
    for _ in range(2):
        if text.startswith(b"-----BEGIN"):
            try:
                _, _, text = pem.unarmor(text)
            except (ValueError, TypeError):
                return None
        elif BASE64.fullmatch(text):
            try:
                text = b64decode(b"".join(text.split()), validate=True)
            except (Base64Error, ValueError):
                return None
        if text.startswith(SEQUENCE):
            return text
    return None


def _layer(content: bytes) -> Layer:
    binary = content if content.startswith(SEQUENCE) else _decoded(content)
    if binary is None:
        raise _not_a_signature(content)
    check_shape(binary)
    try:
        envelope = cms.ContentInfo.load(binary)
        if envelope["content_type"].native != "signed_data":
            raise Unfit(Reason.NOT_SIGNED, Integrity.NO_SIGNATURE, "CMS senza firme")
        signed_data = envelope["content"]
        encapsulated = signed_data["encap_content_info"]
        if encapsulated["content_type"].native != "data":
            raise Unfit(Reason.FORMAT, Integrity.UNKNOWN, "contenuto CMS di altro tipo")
        signers = len(signed_data["signer_infos"])
        if isinstance(encapsulated["content"], core.Void):
            raise Unfit(Reason.DETACHED, Integrity.DETACHED)
        inside = bytes(encapsulated["content"])
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError) as fault:
        raise unreadable(type(fault).__name__) from fault
    if not signers:
        raise Unfit(Reason.NOT_SIGNED, Integrity.NO_SIGNATURE, "CMS senza firmatari")
    if signers > MAX_SIGNERS_PER_LAYER:
        raise Unfit(Reason.SEVERAL_SIGNERS, Integrity.UNKNOWN, "troppi firmatari")
    return Layer(signed_data, inside)


def _not_a_signature(content: bytes) -> Unfit:
    head = content[:4096].removeprefix(BYTE_ORDER_MARK).lstrip()
    if head.startswith(b"PK\x03\x04"):
        return Unfit(Reason.FORMAT, Integrity.UNKNOWN, "ASiC o altro archivio")
    if head.startswith(b"<") and b"http://www.w3.org/2000/09/xmldsig#" in content:
        return Unfit(Reason.FORMAT, Integrity.UNKNOWN, "XAdES")
    if b"%PDF-" in head:
        return Unfit(Reason.FORGED, Integrity.FORGED, "byte prima dell'inizio del PDF")
    return Unfit(Reason.FORMAT, Integrity.NO_SIGNATURE, "né PDF né p7m")
