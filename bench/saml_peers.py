# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The peers of `bench_saml`, in an environment of their own: run by it, never imported by it.

    python saml_peers.py FOLDER

FOLDER holds response.xml, metadata.xml, certificate.der, sp.key, sp.pem and facts.json. For each
line with a peer's name it answers one line: the processor milliseconds of one verification,
children included. The first line it writes is the names that it can measure.
"""

from __future__ import annotations

import base64
import json
import resource
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

Way = Callable[[], object]


def main(folder: Path) -> None:
    facts = json.loads((folder / "facts.json").read_text(encoding="utf-8"))
    document = (folder / "response.xml").read_bytes()
    ways: dict[str, Way] = {
        "python3-saml": with_python3_saml(folder, document, facts),
        "signxml": with_signxml(folder, document),
    }
    if shutil.which("xmlsec1"):
        ways["pysaml2"] = with_pysaml2(folder, document, facts)
    for way in ways.values():
        way()
    print(json.dumps(sorted(ways)), flush=True)
    for line in sys.stdin:
        before = processor_seconds()
        ways[line.strip()]()
        print((processor_seconds() - before) * 1000, flush=True)


def processor_seconds() -> float:
    own, children = (
        resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def with_pysaml2(folder: Path, document: bytes, facts: dict[str, str]) -> Way:
    """pysaml2 as it comes, with the xmlsec1 program."""
    from saml2 import BINDING_HTTP_POST
    from saml2.client import Saml2Client
    from saml2.config import SPConfig

    client = Saml2Client(
        SPConfig().load(
            {
                "entityid": facts["us"],
                "xmlsec_binary": shutil.which("xmlsec1"),
                "key_file": str(folder / "sp.key"),
                "cert_file": str(folder / "sp.pem"),
                "allow_unknown_attributes": True,
                "metadata": {"local": [str(folder / "metadata.xml")]},
                "service": {
                    "sp": {
                        "endpoints": {
                            "assertion_consumer_service": [(facts["acs"], BINDING_HTTP_POST)]
                        },
                        "want_assertions_signed": True,
                        "want_response_signed": True,
                    }
                },
            }
        )
    )
    field = base64.b64encode(document).decode()

    def verify() -> object:
        return client.parse_authn_request_response(
            field, BINDING_HTTP_POST, {facts["request"]: "/"}
        )

    return verify


def with_python3_saml(folder: Path, document: bytes, facts: dict[str, str]) -> Way:
    """OneLogin's toolkit: signatures, schema and its own checks."""
    from onelogin.saml2.response import OneLogin_Saml2_Response
    from onelogin.saml2.settings import OneLogin_Saml2_Settings

    certificate = base64.b64encode((folder / "certificate.der").read_bytes()).decode()
    settings: Any = OneLogin_Saml2_Settings(
        {
            "strict": True,
            "sp": {
                "entityId": facts["us"],
                "assertionConsumerService": {"url": facts["acs"]},
            },
            "idp": {
                "entityId": facts["idp"],
                "singleSignOnService": {"url": f"{facts['idp']}/sso"},
                "x509cert": certificate,
            },
            "security": {"wantAssertionsSigned": True, "wantMessagesSigned": True},
        },
        sp_validation_only=False,
    )
    field = base64.b64encode(document).decode()
    scheme, _, rest = facts["acs"].partition("://")
    host, _, path = rest.partition("/")
    asked: dict[str, Any] = {
        "https": "on" if scheme == "https" else "off",
        "http_host": host,
        "script_name": f"/{path}",
        "get_data": {},
        "post_data": {},
    }

    def verify() -> None:
        response = OneLogin_Saml2_Response(settings, field)
        response.is_valid(asked, facts["request"], raise_exceptions=True)
        response.get_attributes()

    return verify


def with_signxml(folder: Path, document: bytes) -> Way:
    """Both signatures and nothing else: no schema, no check."""
    from cryptography.x509 import load_der_x509_certificate
    from lxml import etree
    from signxml.verifier import SignatureConfiguration, XMLVerifier

    certificate = load_der_x509_certificate((folder / "certificate.der").read_bytes())
    expected = SignatureConfiguration(location="./")

    def verify() -> None:
        root = etree.fromstring(document)
        for node in (root, root.find("{*}Assertion")):
            XMLVerifier().verify(node, x509_cert=certificate, expect_config=expected)

    return verify


if __name__ == "__main__":
    main(Path(sys.argv[1]))
