# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The keys and certificates of the simulated trust service. SIMULATO.

The authorities that others remember have RSA keys, whose signatures are deterministic: with
the same keys and dates every start issues the same certificates. The rest have P-256 keys,
quick to make.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

from asn1crypto import pem, x509
from certomancer.registry.common import ArchLabel, CertLabel, ServiceLabel
from certomancer.registry.config import CertomancerConfig
from certomancer.registry.pki_arch import PKIArchitecture
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from demo.trust.signers import SIGNERS, Profile, Signer

TRUST, IMPOSTOR = "fiducia", "impostore"
PEC_DOMAIN = "pec.simulata.example"
PEC_ADDRESS = f"posta-certificata@{PEC_DOMAIN}"
AUTHORITIES = ("ca", "ca-cns", "tsa-ca", "pec-ca", "tlso", "ca-falsa")
RSA_KEYS = ("ca", "tsa-ca", "pec-ca", "tlso")
SERVANTS = ("ocsp", "ocsp-falso", "tsa", "pec", "sigillo")
POLICY = "1.3.6.1.4.1.99999.1.1"

QC_COMPLIANCE = {"statement_id": "qc_compliance"}
QC_SSCD = {"statement_id": "qc_sscd"}


def _qc_type(*types: str) -> dict[str, Any]:
    return {"statement_id": "qc_type", "statement_info": list(types)}


STATEMENTS: dict[Profile, list[dict[str, Any]]] = {
    Profile.NO_DEVICE: [QC_COMPLIANCE, _qc_type("qct_esign")],
    Profile.TWO_TYPES: [QC_COMPLIANCE, QC_SSCD, _qc_type("qct_esign", "qct_eseal")],
    Profile.SEAL: [QC_COMPLIANCE, QC_SSCD, _qc_type("qct_eseal")],
    Profile.ADVANCED: [],
    Profile.CNS: [],
}
FOR_SIGNATURE = [QC_COMPLIANCE, QC_SSCD, _qc_type("qct_esign")]


@dataclass(frozen=True)
class Pki:
    """The simulated authorities, kept below `folder` and answering at `url` (no final slash)."""

    folder: Path
    url: str

    @classmethod
    def open(cls, home: Path, url: str) -> Pki:
        """Make what is missing below `home`/demo/trust and return it. Under three seconds."""
        pki = cls(home / "demo" / "trust", url)
        pki.keys.mkdir(mode=0o700, parents=True, exist_ok=True)
        with locked(pki.folder / ".lock"):
            pki._make_missing()
        return pki

    @property
    def keys(self) -> Path:
        return self.folder / "keys"

    @property
    def public(self) -> Path:
        """What the service is told to trust when it runs with IAM_DEMO=1."""
        return self.folder / "public"

    def certificate(self, label: str) -> x509.Certificate:
        arch = IMPOSTOR if label.endswith(("impostore", "falsa", "falso")) else TRUST
        return self.architectures[ArchLabel(arch)].get_cert(CertLabel(label))

    def key_path(self, label: str) -> Path:
        return self.keys / f"{label}.pem"

    def issuer_of(self, signer: Signer) -> x509.Certificate:
        match signer.profile:
            case Profile.IMPOSTOR:
                return self.certificate("ca-falsa")
            case Profile.CNS:
                return self.certificate("ca-cns")
        return self.certificate("ca")

    @cached_property
    def created(self) -> datetime:
        state = json.loads((self.folder / "state.json").read_text())
        return datetime.fromisoformat(state["created"])

    @cached_property
    def architectures(self) -> dict[ArchLabel, PKIArchitecture]:
        archs: dict[ArchLabel, PKIArchitecture] = CertomancerConfig(
            self._configuration(), key_search_dir=str(self.folder)
        ).pki_archs
        return archs

    @property
    def timestamp_service(self) -> tuple[PKIArchitecture, ServiceLabel]:
        return self.architectures[ArchLabel(TRUST)], ServiceLabel("tsa")

    def _make_missing(self) -> None:
        state = self.folder / "state.json"
        if not state.exists():
            now = datetime.now(UTC).replace(microsecond=0)
            state.write_text(json.dumps({"created": now.isoformat()}))
        for label in AUTHORITIES:
            _make_key(self.key_path(label), rsa_key=label in RSA_KEYS)
        for label in (*SERVANTS, *SIGNERS):
            _make_key(self.key_path(label), rsa_key=False)
        self.public.mkdir(exist_ok=True)
        for name, label in (("tlso", "tlso"), ("pec-ca", "pec-ca")):
            write_if_new(self.public / f"{name}.pem", as_pem(self.certificate(label)))

    def _configuration(self) -> dict[str, Any]:
        labels = (*AUTHORITIES, *SERVANTS, *SIGNERS)
        keys = {label: {"path": f"{label}.pem"} for label in labels}
        return {
            "external-url-prefix": f"{self.url}/pki",
            "plugin-modules": ["pyhanko.sign.ades.qualified_asn1"],
            "keysets": {"demo": {"path-prefix": "keys", "keys": keys}},
            "pki-architectures": {TRUST: self._trust(), IMPOSTOR: self._impostor()},
        }

    def _trust(self) -> dict[str, Any]:
        signers = [s for s in SIGNERS.values() if s.profile is not Profile.IMPOSTOR]
        entities = {
            "ca": _authority("Prestatore fiduciario SIMULATO - firma qualificata"),
            "ca-cns": _authority("Autenticazione CNS SIMULATA"),
            "tsa-ca": _authority("Prestatore fiduciario SIMULATO - marche temporali"),
            "pec-ca": _authority("Autorità dei gestori PEC SIMULATA"),
            "tlso": _authority("Gestore SIMULATO dell'elenco di fiducia"),
            "ocsp": _authority("OCSP SIMULATO"),
            "tsa": _authority("Marca temporale SIMULATA"),
            "pec": _authority("Gestore PEC SIMULATO"),
            "sigillo": _authority("Sigillo SIMULATO della piattaforma"),
        } | {signer.key: _subject(signer) for signer in signers}
        certs = {
            "ca": self._ca("ca"),
            "ca-cns": self._ca("ca-cns"),
            "tsa-ca": self._ca("tsa-ca"),
            "pec-ca": self._ca("pec-ca"),
            "tlso": self._self_signed("tlso"),
            "ocsp": self._ocsp("ocsp", "ca"),
            "tsa": self._leaf(
                "tsa", "tsa-ca", [_usage("digital_signature"), _extended("time_stamping")]
            ),
            "pec": self._leaf(
                "pec",
                "pec-ca",
                [
                    _usage("digital_signature"),
                    _extended("email_protection", critical=False),
                    _mail(PEC_ADDRESS),
                ],
            ),
            "sigillo": self._leaf("sigillo", "ca", self._signing(STATEMENTS[Profile.SEAL])),
        } | {signer.key: self._of(signer) for signer in signers}
        return {
            "keyset": "demo",
            "entities": entities,
            "certs": certs,
            "services": self._services("ca", "ocsp"),
        }

    def _impostor(self) -> dict[str, Any]:
        fakes = [s for s in SIGNERS.values() if s.profile is Profile.IMPOSTOR]
        entities = {
            "ca-falsa": _authority("Prestatore fiduciario SIMULATO - firma qualificata"),
            "ocsp-falso": _authority("OCSP SIMULATO"),
        } | {signer.key: _subject(signer) for signer in fakes}
        certs = {
            "ca-falsa": self._ca("ca-falsa"),
            "ocsp-falso": self._ocsp("ocsp-falso", "ca-falsa"),
        }
        certs |= {
            signer.key: self._leaf(
                signer.key, "ca-falsa", self._signing(FOR_SIGNATURE, service="ocsp-falso")
            )
            for signer in fakes
        }
        services = self._services("ca-falsa", "ocsp-falso")
        services.pop("time-stamping")
        return {"keyset": "demo", "entities": entities, "certs": certs, "services": services}

    def _services(self, authority: str, responder: str) -> dict[str, Any]:
        return {
            "ocsp": {
                responder: {
                    "for-issuer": authority,
                    "responder-cert": responder,
                    "signing-key": responder,
                }
            },
            "crl-repo": {
                authority: {
                    "for-issuer": authority,
                    "signing-key": authority,
                    "simulated-update-schedule": "P1D",
                }
            },
            "cert-repo": {authority: {"for-issuer": authority, "publish-issued-certs": False}},
            "time-stamping": {"tsa": {"signing-key": "tsa", "signing-cert": "tsa"}},
        }

    def _of(self, signer: Signer) -> dict[str, Any]:
        issuer = "ca-cns" if signer.profile is Profile.CNS else "ca"
        statements = STATEMENTS.get(signer.profile, FOR_SIGNATURE)
        usage = "digital_signature" if signer.profile is Profile.CNS else "non_repudiation"
        extensions = self._signing(statements, usage=usage)
        made = self._leaf(signer.key, issuer, extensions)
        if signer.profile is Profile.EXPIRED:
            made["validity"] = self._validity(-1100, -30)
        if signer.profile is Profile.REVOKED:
            made["revocation"] = self._revocation("key_compromise")
        if signer.profile is Profile.SUSPENDED:
            made["revocation"] = self._revocation("certificate_hold")
        return made

    def _signing(
        self,
        statements: list[dict[str, Any]],
        *,
        usage: str = "non_repudiation",
        service: str = "ocsp",
    ) -> list[dict[str, Any]]:
        repository = "ca-falsa" if service == "ocsp-falso" else "ca"
        made = [
            _usage(usage),
            {"id": "certificate_policies", "value": [{"policy_identifier": POLICY}]},
            {
                "id": "authority_information_access",
                "smart-value": {
                    "schema": "aia-urls",
                    "params": {"ocsp-responder-names": [service]},
                },
            },
            {
                "id": "crl_distribution_points",
                "smart-value": {
                    "schema": "crl-dist-url",
                    "params": {"crl-repo-names": [repository]},
                },
            },
        ]
        if statements:
            made.append({"id": "qc_statements", "value": statements})
        return made

    def _ca(self, label: str) -> dict[str, Any]:
        return self._self_signed(label) | {
            "extensions": [
                {"id": "basic_constraints", "critical": True, "value": {"ca": True}},
                _usage("key_cert_sign", "crl_sign"),
            ]
        }

    def _self_signed(self, label: str) -> dict[str, Any]:
        return {
            "subject": label,
            "issuer": label,
            "subject-key": label,
            "authority-key": label,
            "serial": _serial(label),
            "validity": self._validity(-1500, 3650),
            "extensions": [_usage("digital_signature")],
        }

    def _ocsp(self, label: str, issuer: str) -> dict[str, Any]:
        extensions = [
            _usage("digital_signature"),
            _extended("ocsp_signing"),
            {"id": "ocsp_no_check"},
        ]
        return self._leaf(label, issuer, extensions)

    def _leaf(self, label: str, issuer: str, extensions: list[dict[str, Any]]) -> dict[str, Any]:
        return {
            "subject": label,
            "subject-key": label,
            "issuer": issuer,
            "authority-key": issuer,
            "serial": _serial(label),
            "validity": self._validity(-400, 1095),
            "extensions": extensions,
        }

    def _validity(self, since_days: int, until_days: int) -> dict[str, str]:
        return {
            "valid-from": (self.created + timedelta(days=since_days)).isoformat(),
            "valid-to": (self.created + timedelta(days=until_days)).isoformat(),
        }

    def _revocation(self, reason: str) -> dict[str, str]:
        since = self.created - timedelta(days=10)
        return {"revoked-since": since.isoformat(), "reason": reason}


def as_pem(*certificates: x509.Certificate) -> bytes:
    return b"".join(pem.armor("CERTIFICATE", certificate.dump()) for certificate in certificates)


def write_if_new(path: Path, content: bytes, *, mode: int = 0o644) -> None:
    """Write `content` at once, or leave the file alone if that is what it holds."""
    if path.exists() and path.read_bytes() == content:
        return
    draft = path.with_name(f".{path.name}.new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(content)
    draft.rename(path)


def _make_key(path: Path, *, rsa_key: bool) -> None:
    if path.exists():
        return
    private: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
    if rsa_key:
        private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    else:
        private = ec.generate_private_key(ec.SECP256R1())
    write_if_new(
        path,
        private.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ),
        mode=0o600,
    )


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock file at `path`; other processes wait."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _serial(label: str) -> int:
    return int.from_bytes(sha256(label.encode()).digest()[:8]) >> 1


def _authority(name: str) -> dict[str, str]:
    return {
        "country-name": "IT",
        "organization-name": "Prestatore SIMULATO S.p.A.",
        "common-name": name,
    }


def _subject(signer: Signer) -> dict[str, str]:
    persona = signer.persona
    codice_fiscale = persona.codice_fiscale
    subject = {
        "country-name": "IT",
        "given-name": persona.given_name.upper(),
        "surname": persona.family_name.upper(),
        "common-name": persona.full_name.upper(),
        "dn-qualifier": f"SIM{_serial(signer.key)}",
    }
    match signer.profile:
        case Profile.NO_CODICE_FISCALE:
            return subject
        case Profile.QUALIFIED_OLD_FORM:
            return subject | {"serial-number": f"IT:{codice_fiscale}"}
        case Profile.CNS:
            return subject | {"common-name": f"{codice_fiscale}/7420000000000001.SIMULATO"}
        case Profile.SEAL:
            return {
                "country-name": "IT",
                "organization-name": "Comune di Bovezzo (SIMULATO)",
                "common-name": "Sigillo del Comune di Bovezzo (SIMULATO)",
                "organization-identifier": "VATIT-00000000000",
            }
    return subject | {"serial-number": f"TINIT-{codice_fiscale}"}


def _usage(*usages: str) -> dict[str, Any]:
    return {
        "id": "key_usage",
        "critical": True,
        "smart-value": {"schema": "key-usage", "params": list(usages)},
    }


def _extended(*usages: str, critical: bool = True) -> dict[str, Any]:
    return {"id": "extended_key_usage", "critical": critical, "value": list(usages)}


def _mail(address: str) -> dict[str, Any]:
    return {
        "id": "subject_alt_name",
        "smart-value": {
            "schema": "general-names",
            "params": [{"type": "email", "value": address}],
        },
    }
