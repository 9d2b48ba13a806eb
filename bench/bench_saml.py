# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a log-in costs: processor time to verify a Response and to sign a request.

The Response has two RSA-3072 signatures and 18 attributes. Ours and the peers verify the same
document in turns; the time of child processes counts. The peers live in an environment of their
own below .cache, made at the first run: none of them is among our libraries.
"""

import base64
import json
import os
import resource
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from bench.result import Result

ROUNDS = 41
CHECKOUT = Path(__file__).resolve().parent.parent
PEERS = CHECKOUT / ".cache" / "bench-saml"
PINS = (
    "lxml==6.1.3",
    "pysaml2==7.5.5",
    "python3-saml==1.16.0",
    "signxml==5.2.0",
    "xmlsec==1.3.17",
)
NAMES = {
    "ours": "nostra, con tutti i controlli",
    "pysaml2": "pysaml2 7.5.5 con xmlsec1",
    "python3-saml": "python3-saml 1.16.0",
    "signxml": "signxml 5.2.0, solo le due firme",
}
STOCK = "pysaml2"
LARGER = 3072
ATTRIBUTES = {
    "spidCode": "DEMO0000000001",
    "name": "Elena",
    "familyName": "Ferri",
    "placeOfBirth": "H501",
    "countyOfBirth": "RM",
    "dateOfBirth": "1975-04-12",
    "gender": "F",
    "companyName": "Ministero del Lavoro e delle Politiche Sociali",
    "registeredOffice": "Via Veneto 56, 00187 Roma RM",
    "fiscalNumber": "TINIT-FRRLNE75D52H501C",
    "ivaCode": "VATIT-80237250586",
    "idCard": "cartaIdentità CA00000AA comuneRoma 2020-01-01 2030-01-01",
    "mobilePhone": "+390600000001",
    "email": "elena.ferri@example.org",
    "address": "Via Veneto 56, 00187 Roma RM",
    "expirationDate": "2030-01-01",
    "digitalAddress": "elena.ferri@pec.example.org",
    "companyFiscalNumber": "80237250586",
}
REQUEST = "_0123456789abcdef0123456789abcdef"
US = "https://accessi.example/spid/metadata/"
ACS = "https://accessi.example/spid/acs/"
IDP = "https://idp.example"


def measure() -> Iterable[Result]:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.test")
    with tempfile.TemporaryDirectory(prefix="iam-bench-") as folder:
        yield from _responses(Path(folder))
        yield from _requests(Path(folder))


def _responses(folder: Path) -> Iterable[Result]:
    from demo.idp.keys import new_signer
    from demo.idp.metadata import provider_metadata
    from demo.idp.responses import Answer, build

    signer = new_signer(bits=3072)
    now = datetime.now(UTC)
    answer = Answer(
        request_id=REQUEST,
        destination=ACS,
        service_provider=US,
        identity_provider=IDP,
        at=now,
        attributes=ATTRIBUTES,
    )
    document = build(answer, signer)
    (folder / "response.xml").write_bytes(document)
    (folder / "metadata.xml").write_bytes(provider_metadata(IDP, [signer]))
    (folder / "certificate.der").write_bytes(signer.certificate)
    (folder / "sp.key").write_bytes(signer.private_pem)
    text = base64.encodebytes(signer.certificate).decode()
    (folder / "sp.pem").write_text(
        f"-----BEGIN CERTIFICATE-----\n{text}-----END CERTIFICATE-----\n"
    )
    facts = {"us": US, "acs": ACS, "idp": IDP, "request": REQUEST}
    (folder / "facts.json").write_text(json.dumps(facts))
    with peers_at_work(folder) as peers:
        times = interleaved({"ours": ours(document, signer.certificate, now), **peers})
    yield from _told(times)


def _told(times: dict[str, float]) -> Iterable[Result]:
    for name, milliseconds in times.items():
        yield Result(
            name=f"Response SPID, {NAMES[name]}",
            value=milliseconds,
            unit="ms CPU",
            at_most=10 if name == "ours" else None,
        )
    if STOCK in times:
        yield Result(
            name=f"Response SPID, quante volte meno di {NAMES[STOCK]}",
            value=times[STOCK] / times["ours"],
            unit="volte",
            at_least=8,
        )
    else:
        print("    (xmlsec1 non c'è: pysaml2 com'è non si può misurare)")


@contextmanager
def peers_at_work(folder: Path) -> Iterator[dict[str, Callable[[], float | None]]]:
    """Yield a function for each peer, which verifies once there and returns its milliseconds."""
    python = peers_environment()
    if python is None:
        yield {}
        return
    script = Path(__file__).with_name("saml_peers.py")
    with subprocess.Popen(
        [python, script, folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        into, out = process.stdin, process.stdout

        def asking(name: str) -> Callable[[], float]:
            def once() -> float:
                print(name, file=into, flush=True)
                return float(out.readline())

            return once

        yield {name: asking(name) for name in json.loads(out.readline())}
        into.close()


def peers_environment() -> Path | None:
    """Return the Python of the peers' environment; None, with a line, where it cannot be made."""
    python = PEERS / "bin" / "python"
    done = PEERS / "pins"
    if done.exists() and done.read_text(encoding="utf-8") == "\n".join(PINS):
        return python
    uv = CHECKOUT / ".venv" / "bin" / "uv"
    try:
        subprocess.run([uv, "venv", "-q", "--clear", PEERS], check=True)
        subprocess.run([uv, "pip", "install", "-q", "--python", python, *PINS], check=True)
    except (OSError, subprocess.CalledProcessError):
        print("    (senza rete le altre librerie non si possono installare: solo la nostra)")
        return None
    done.write_text("\n".join(PINS), encoding="utf-8")
    return python


def interleaved(ways: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Return the median processor time of each way, in milliseconds.

    A way that runs elsewhere returns its own time; of the others it is taken here.
    """
    for way in ways.values():
        way()
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, way in ways.items():
            before = processor_seconds()
            told = way()
            here = (processor_seconds() - before) * 1000
            taken[name].append(told if isinstance(told, float) else here)
    return {name: median(values) for name, values in taken.items()}


def processor_seconds() -> float:
    own, children = (
        resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def ours(document: bytes, certificate: bytes, now: datetime) -> Callable[[], object]:
    """Everything from the form field to the identity, the database apart."""
    from iam.saml.response.verification import verify
    from iam.saml.types import Asked, Comparison, Scheme
    from iam.saml.xml.reading import decoded, parsed

    field = base64.b64encode(document).decode()
    asked = Asked(
        scheme=Scheme.SPID,
        request_id=REQUEST,
        issued_at=now,
        address=ACS,
        service_provider=US,
        identity_provider=IDP,
        certificates=(certificate,),
        level=2,
        comparison=Comparison.MINIMUM,
        required_attributes=frozenset({"name", "familyName", "fiscalNumber"}),
    )
    return lambda: verify(parsed(decoded(field)), asked, now=now)


def _requests(folder: Path) -> Iterable[Result]:
    import django
    from django.conf import settings

    django.setup()
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.hashes import SHA256

    from iam.saml.federation.certificate import key_bits, make_certificate
    from iam.saml.federation.service import service_provider
    from iam.saml.messages.authn_request import NewRequest, signed_authn_request
    from iam.saml.messages.common import new_id
    from iam.saml.types import Comparison

    settings.SAML = settings.SAML | {"KEY": folder / "k", "CERTIFICATE": folder / "c"}
    now = datetime.now(UTC)
    us = service_provider()

    def signing(bits: int) -> Callable[[], bytes]:
        key = make_certificate(us, at=now, bits=bits)

        def sign() -> bytes:
            request = NewRequest(
                id=new_id(),
                destination=f"{IDP}/sso",
                level=2,
                comparison=Comparison.MINIMUM,
                at=now,
            )
            return signed_authn_request(request, provider=us, key=key)

        return sign

    def bare(bits: int) -> Callable[[], bytes]:
        key = rsa.generate_private_key(65537, bits)
        return lambda: key.sign(b"richiesta", PKCS1v15(), SHA256())

    default = key_bits()
    times = interleaved(
        {
            "ours": signing(default),
            "floor": bare(default),
            "larger": signing(LARGER),
            "larger floor": bare(LARGER),
        }
    )
    yield Result(
        name=f"AuthnRequest SPID, fatta e firmata (RSA-{default})",
        value=times["ours"],
        unit="ms CPU",
        at_most=2,
    )
    yield Result(
        name=f"  di cui la sola operazione RSA-{default}", value=times["floor"], unit="ms CPU"
    )
    yield Result(
        name=f"AuthnRequest SPID con IAM_SPID_KEY_BITS={LARGER}",
        value=times["larger"],
        unit="ms CPU",
    )
    yield Result(
        name=f"  di cui la sola operazione RSA-{LARGER}",
        value=times["larger floor"],
        unit="ms CPU",
    )
