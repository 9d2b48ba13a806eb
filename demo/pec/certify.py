# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Write what a provider certifies: `daticert.xml`, receipts and envelopes, signed S/MIME.

Source: DM 2-11-2005, technical rules; RFC 6109, 3 and 4.
"""

from __future__ import annotations

from base64 import encodebytes
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.utils import format_datetime
from hashlib import sha256
from pathlib import Path
from quopri import encodestring
from typing import Self
from uuid import uuid4
from xml.etree.ElementTree import Element, SubElement, tostring
from zoneinfo import ZoneInfo

from asn1crypto import pem
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization.pkcs7 import (
    PKCS7Options,
    PKCS7SignatureBuilder,
)

from demo.pec import DOMAIN, PROVIDER, PROVIDER_ADDRESS

ROME = ZoneInfo("Europe/Rome")

SUBJECTS = {
    "accettazione": "ACCETTAZIONE",
    "non-accettazione": "AVVISO DI NON ACCETTAZIONE",
    "presa-in-carico": "PRESA IN CARICO",
    "avvenuta-consegna": "CONSEGNA",
    "errore-consegna": "AVVISO DI MANCATA CONSEGNA",
    "preavviso-errore-consegna": "AVVISO DI MANCATA CONSEGNA PER SUPERAMENTO TEMPO MASSIMO",
    "rilevazione-virus": "PROBLEMA DI SICUREZZA",
    "posta-certificata": "POSTA CERTIFICATA",
}


@dataclass(frozen=True, slots=True)
class ProviderKey:
    """The key with which the provider signs, and its certificate with the chain above it."""

    key: EllipticCurvePrivateKey | RSAPrivateKey
    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...] = ()

    @classmethod
    def load(cls, *, key: Path, certificate: bytes, chain: Sequence[bytes] = ()) -> Self:
        """Read a PEM key; certificates are DER or PEM."""
        private = serialization.load_pem_private_key(key.read_bytes(), password=None)
        if not isinstance(private, EllipticCurvePrivateKey | RSAPrivateKey):
            raise TypeError("the provider signs with RSA or with an elliptic curve")
        return cls(private, _certificate(certificate), tuple(_certificate(one) for one in chain))

    def sign(self, content: bytes) -> bytes:
        """Return the detached CMS signature of `content`, in DER."""
        builder = PKCS7SignatureBuilder().set_data(content)
        builder = builder.add_signer(self.certificate, self.key, hashes.SHA256())
        for certificate in self.chain:
            builder = builder.add_certificate(certificate)
        options = [PKCS7Options.DetachedSignature, PKCS7Options.Binary, PKCS7Options.NoCapabilities]
        return builder.sign(serialization.Encoding.DER, options)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What `daticert.xml` says. `recipients` are pairs of an address and whether it is PEC."""

    certifies: str
    sender: str
    recipients: tuple[tuple[str, bool], ...]
    subject: str
    at: datetime
    identificativo: str
    msgid: str = ""
    delivered_to: str = ""
    taken_by: tuple[str, ...] = ()
    fault: str = "nessuno"
    detail: str = ""
    form: str = ""

    def xml(self) -> bytes:
        """Return `daticert.xml`; day and hour are Rome's, with their distance from UTC."""
        root = Element("postacert", tipo=self.certifies, errore=self.fault)
        heading, facts = SubElement(root, "intestazione"), SubElement(root, "dati")
        SubElement(heading, "mittente").text = self.sender
        for address, certified in self.recipients:
            kind = "certificato" if certified else "esterno"
            SubElement(heading, "destinatari", tipo=kind).text = address
        SubElement(heading, "risposte").text = self.sender
        SubElement(heading, "oggetto").text = self.subject
        local = self.at.astimezone(ROME)
        SubElement(facts, "gestore-emittente").text = PROVIDER
        date = SubElement(facts, "data", zona=local.strftime("%z"))
        SubElement(date, "giorno").text = local.strftime("%d/%m/%Y")
        SubElement(date, "ora").text = local.strftime("%H:%M:%S")
        SubElement(facts, "identificativo").text = self.identificativo
        if self.msgid:
            SubElement(facts, "msgid").text = f"<{self.msgid}>"
        if self.form:
            SubElement(facts, "ricevuta", tipo=self.form)
        if self.delivered_to:
            SubElement(facts, "consegna").text = self.delivered_to
        for address in self.taken_by:
            SubElement(facts, "ricezione").text = address
        if self.detail:
            SubElement(facts, "errore-esteso").text = self.detail
        return bytes(tostring(root, encoding="UTF-8", xml_declaration=True))


def receipt(facts: Facts, *, key: ProviderKey, original: bytes = b"") -> bytes:
    """Return a signed receipt to the sender; `original` is carried by a complete one."""
    headers = {
        "X-Ricevuta": facts.certifies,
        "X-Riferimento-Message-ID": f"<{facts.msgid}>",
        "From": f"Posta Certificata SIMULATA <{PROVIDER_ADDRESS}>",
        "To": facts.sender,
    }
    if facts.form:
        headers["X-TipoRicevuta"] = facts.form
    if facts.fault == "virus":
        headers["X-VerificaSicurezza"] = "errore"
    return _sealed(facts, headers, _sentence(facts), key=key, original=original)


def envelope(facts: Facts, *, to: str, key: ProviderKey, original: bytes) -> bytes:
    """Return the transport envelope that brings `original` to a recipient."""
    headers = {
        "X-Trasporto": "posta-certificata",
        "X-Riferimento-Message-ID": f"<{facts.msgid}>",
        "From": f'"Per conto di: {facts.sender}" <{PROVIDER_ADDRESS}>',
        "Reply-To": facts.sender,
        "To": to,
    }
    return _sealed(facts, headers, _sentence(facts), key=key, original=original)


def anomaly(original: bytes, *, sender: str, to: str, at: datetime, key: ProviderKey) -> bytes:
    """Return the envelope in which a message of ordinary mail reaches a PEC mailbox."""
    facts = Facts(
        certifies="posta-certificata",
        sender=sender,
        recipients=((to, True),),
        subject="",
        at=at,
        identificativo=new_identificativo(at),
    )
    headers = {
        "X-Trasporto": "errore",
        "From": f'"Per conto di: {sender}" <{PROVIDER_ADDRESS}>',
        "To": to,
    }
    text = "SIMULATO. Questo messaggio non viene da una casella PEC: il mittente non è certificato."
    inner = _entity(text, xml=b"", original=original)
    return _signed(headers, "ANOMALIA MESSAGGIO", facts, inner, key)


def new_identificativo(at: datetime) -> str:
    return f"sim{at:%Y%m%d%H%M%S}.{uuid4().hex[:12]}.posta-certificata@{DOMAIN}"


def _sentence(facts: Facts) -> str:
    local = facts.at.astimezone(ROME)
    about = facts.delivered_to or ", ".join(address for address, _ in facts.recipients)
    lines = [
        "SIMULATO - SENZA VALORE LEGALE",
        f"{SUBJECTS[facts.certifies]}",
        f"Il giorno {local:%d/%m/%Y} alle ore {local:%H:%M:%S} ({local:%z}) il messaggio",
        f'"{facts.subject}" inviato da "{facts.sender}" e indirizzato a: {about}',
        f"ha avuto questo esito: {facts.certifies}.",
        facts.detail,
        f"Identificativo del messaggio: {facts.identificativo}",
    ]
    return "\n".join(line for line in lines if line) + "\n"


def _sealed(
    facts: Facts, headers: dict[str, str], text: str, *, key: ProviderKey, original: bytes
) -> bytes:
    subject = f"{SUBJECTS[facts.certifies]}: {facts.subject}"
    return _signed(headers, subject, facts, _entity(text, facts.xml(), original), key)


def _signed(
    headers: dict[str, str], subject: str, facts: Facts, inner: bytes, key: ProviderKey
) -> bytes:
    """Wrap `inner` in multipart/signed: what is signed is its exact bytes, lines ended by CRLF."""
    mark = f"=_firma_{uuid4().hex}"
    signature = encodebytes(key.sign(inner)).replace(b"\n", b"\r\n")
    named = {
        **headers,
        "Subject": _header(subject),
        "Date": format_datetime(facts.at.astimezone(ROME)),
        "Message-ID": f"<{uuid4().hex}.{sha256(inner).hexdigest()[:16]}@{DOMAIN}>",
        "MIME-Version": "1.0",
        "Content-Type": 'multipart/signed; protocol="application/pkcs7-signature"; '
        f'micalg=sha-256; boundary="{mark}"',
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in named.items()).encode("ascii")
    between = f"\r\n--{mark}\r\n".encode()
    return b"".join(
        (
            head,
            between,
            inner,
            between,
            b'Content-Type: application/pkcs7-signature; name="smime.p7s"\r\n',
            b"Content-Transfer-Encoding: base64\r\n",
            b'Content-Disposition: attachment; filename="smime.p7s"\r\n\r\n',
            signature,
            f"\r\n--{mark}--\r\n".encode(),
        )
    )


def _entity(text: str, xml: bytes, original: bytes) -> bytes:
    mark = f"=_corpo_{uuid4().hex}"
    parts = [
        b"Content-Type: text/plain; charset=utf-8\r\n"
        b"Content-Transfer-Encoding: quoted-printable\r\n\r\n" + _crlf(encodestring(text.encode()))
    ]
    if xml:
        parts.append(
            b'Content-Type: application/xml; name="daticert.xml"\r\n'
            b"Content-Transfer-Encoding: base64\r\n"
            b'Content-Disposition: inline; filename="daticert.xml"\r\n\r\n'
            + _crlf(encodebytes(xml))
        )
    if original:
        parts.append(
            b'Content-Type: message/rfc822; name="postacert.eml"\r\n'
            b"Content-Transfer-Encoding: 8bit\r\n"
            b'Content-Disposition: inline; filename="postacert.eml"\r\n\r\n' + _crlf(original)
        )
    between = f"\r\n--{mark}\r\n".encode()
    head = f'Content-Type: multipart/mixed; boundary="{mark}"\r\n'.encode()
    return head + b"".join(between + part for part in parts) + f"\r\n--{mark}--\r\n".encode()


def _header(text: str) -> str:
    try:
        text.encode("ascii")
    except UnicodeEncodeError:
        return Header(text, "utf-8", maxlinelen=70).encode(linesep="\r\n")
    return text.replace("\r", " ").replace("\n", " ")


def _crlf(content: bytes) -> bytes:
    return content.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def _certificate(content: bytes) -> x509.Certificate:
    der = pem.unarmor(content)[2] if pem.detect(content) else content
    return x509.load_der_x509_certificate(der)
