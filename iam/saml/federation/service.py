# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The service provider of one scheme, as the settings describe it.

`settings.BASE_URL` gives the addresses; `settings.SAML` may override any field by its name in
capitals (`ORGANISATION`, `IPA_CODE`, ...), for every scheme. What the Avvisi of AgID change
most, the attribute sets, is data here too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings

from iam.saml.types import Comparison, Scheme

IDENTITY = ("spidCode", "name", "familyName", "fiscalNumber", "email")
"""What is asked of SPID: who the person is, and where to write. Nothing else is needed."""

IDENTITY_CIE = ("name", "familyName", "dateOfBirth", "fiscalNumber")
"""All that CIE gives. Source: CIE, federation of service providers."""

IDENTITY_EIDAS = ("spidCode", "name", "familyName", "dateOfBirth")
"""The minimum set of a natural person, as the Italian eIDAS node names it: `spidCode` is the
identifier that her State gave her. A `fiscalNumber` is not asked: nobody abroad can vouch for it.
"""

NECESSARY: Mapping[Scheme, frozenset[str]] = {
    Scheme.SPID: frozenset({"name", "familyName", "fiscalNumber"}),
    Scheme.CIE: frozenset({"name", "familyName", "fiscalNumber"}),
    Scheme.EIDAS: frozenset(IDENTITY_EIDAS),
}
"""Without these nobody comes in."""

SERVICES: Mapping[Scheme, tuple[int, str]] = {
    Scheme.SPID: (0, "Accesso alla piattaforma"),
    Scheme.CIE: (0, "Accesso alla piattaforma"),
    Scheme.EIDAS: (99, "eIDAS Natural Person Minimum Attribute Set"),
}
"""Index and name of the attribute set; the eIDAS node knows its sets by these two."""


@dataclass(frozen=True, kw_only=True)
class AttributeSet:
    """What one service asks; `index` is its place in the metadata and in the requests."""

    index: int
    name: str
    attributes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ServiceProvider:
    """We, towards the identity providers of one scheme.

    `attribute_set` is what a request asks; `further_sets` are only published. A request names
    our ACS by its index or, with `acs_by_address`, by URL and binding: never both.
    """

    scheme: Scheme
    base_url: str
    organisation: str
    display_name: str
    organisation_url: str
    locality: str
    ipa_code: str
    municipality: str
    fiscal_code: str
    email: str
    telephone: str
    key_path: Path
    certificate_path: Path
    attribute_set: AttributeSet
    next_certificate_paths: tuple[Path, ...] = ()
    level: int = 2
    comparison: Comparison = Comparison.MINIMUM
    required_attributes: frozenset[str] = field(default=NECESSARY[Scheme.SPID])
    further_sets: tuple[AttributeSet, ...] = ()
    acs_by_address: bool = False
    purpose: str = ""
    age_limit: tuple[int, int] | None = None

    @property
    def entity_id(self) -> str:
        """Never changes once AgID has distributed it: it names the person's consent too."""
        return self._address("metadata")

    @property
    def metadata_url(self) -> str:
        return self._address("metadata")

    @property
    def acs_url(self) -> str:
        return self._address("acs")

    @property
    def slo_url(self) -> str:
        return self._address("slo")

    @property
    def path(self) -> str:
        """The folder of our addresses, with both slashes."""
        return f"/{self.scheme.value}/"

    def _address(self, name: str) -> str:
        return f"{self.base_url}{self.path}{name}/"


DEFAULTS: Mapping[str, Any] = {
    "ORGANISATION": "Ministero del Lavoro e delle Politiche Sociali",
    "DISPLAY_NAME": "Ministero del Lavoro",
    "ORGANISATION_URL": "https://www.lavoro.gov.it",
    "LOCALITY": "Roma",
    "MUNICIPALITY": "H501",
    "IPA_CODE": "m_lps",
    "FISCAL_CODE": "80237250586",
    "EMAIL": "accessi@lavoro.example",
    "TELEPHONE": "+390600000000",
    "LEVEL": 2,
    "NEXT_CERTIFICATES": (),
    "FURTHER_SETS": {},
    "ACS_BY_ADDRESS": False,
    "PURPOSE": "",
    "AGE_LIMIT": None,
    "ATTRIBUTES": {Scheme.SPID: IDENTITY, Scheme.CIE: IDENTITY_CIE, Scheme.EIDAS: IDENTITY_EIDAS},
}


def service_provider(scheme: Scheme = Scheme.SPID) -> ServiceProvider:
    """Return who we are for `scheme`."""
    told = {**DEFAULTS, **settings.SAML}
    index, name = SERVICES[scheme]
    spid = scheme is Scheme.SPID
    return ServiceProvider(
        scheme=scheme,
        base_url=settings.BASE_URL,
        organisation=told["ORGANISATION"],
        display_name=told["DISPLAY_NAME"],
        organisation_url=told["ORGANISATION_URL"],
        locality=told["LOCALITY"],
        ipa_code=told["IPA_CODE"],
        municipality=told["MUNICIPALITY"],
        fiscal_code=told["FISCAL_CODE"],
        email=told["EMAIL"],
        telephone=told["TELEPHONE"],
        key_path=Path(told["KEY"]),
        certificate_path=Path(told["CERTIFICATE"]),
        next_certificate_paths=tuple(Path(path) for path in told["NEXT_CERTIFICATES"]),
        level=told["LEVEL"],
        attribute_set=AttributeSet(
            index=index, name=name, attributes=tuple(told["ATTRIBUTES"][scheme])
        ),
        required_attributes=NECESSARY[scheme],
        further_sets=tuple(
            AttributeSet(index=further, name=title, attributes=tuple(attributes))
            for further, title, attributes in told["FURTHER_SETS"].get(scheme, ())
        ),
        acs_by_address=told["ACS_BY_ADDRESS"],
        purpose=told["PURPOSE"] if spid else "",
        age_limit=told["AGE_LIMIT"] if spid else None,
    )
