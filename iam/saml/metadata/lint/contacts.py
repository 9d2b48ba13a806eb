# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who answers for the service: an office of a public body, never a person.

Source: Avviso 29 v3; CIE, federation of service providers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from iam.saml.metadata.lint.document import RESERVED, Metadata
from iam.saml.types import Scheme
from iam.saml.xml.names import CIE, SPID, md
from iam.saml.xml.reading import value_of

KINDS = {Scheme.SPID: "other", Scheme.CIE: "administrative"}
NAMESPACES = {Scheme.SPID: SPID, Scheme.CIE: CIE}

IPA_CODE = re.compile(r"[A-Za-z0-9_-]{1,16}")
TELEPHONE = re.compile(r"\+39\d{5,12}")
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
FISCAL_CODE = re.compile(r"\d{11}|[A-Z0-9]{16}")
VAT_NUMBER = re.compile(r"IT\d{11}")
MUNICIPALITY = re.compile(r"[A-Z]\d{3}")

PUBLIC_MAIL = {"gmail.com", "libero.it", "hotmail.com", "outlook.com", "yahoo.it", "alice.it"}
OF_A_PERSON = re.compile(r"[a-z]+\.[a-z]+")
OF_AN_OFFICE = {
    *("accessi", "assistenza", "contatti", "desk", "digitale", "direzione", "help", "identita"),
    *("info", "it", "noreply", "protocollo", "redazione", "rete", "segreteria", "servizi"),
    *("servizio", "sistemi", "spid", "cie", "supporto", "ufficio", "urp", "webmaster"),
}


def of_the_body(metadata: Metadata) -> Iterator[str]:
    """Exactly one contact of the kind that the scheme asks, and none that it forbids."""
    if metadata.scheme not in KINDS:
        return
    kind = KINDS[metadata.scheme]
    every = metadata.root.findall(md("ContactPerson"))
    found = [node for node in every if node.get("contactType") == kind]
    if len(found) != 1:
        yield f"Il contatto «{kind}» deve esserci una volta: ce ne sono {len(found)}."
    if any(node.get("contactType") == "billing" for node in every):
        yield "Un soggetto pubblico non indica il contatto per la fatturazione (billing)."
    for node in found:
        yield from _extensions(node, metadata)
        yield from _email(node)
        yield from _telephone(node)
        for name in ("GivenName", "SurName"):
            if node.find(md(name)) is not None:
                yield f"Il contatto è un ufficio, non una persona: togli {name}."


def _extensions(contact: etree._Element, metadata: Metadata) -> Iterator[str]:
    namespace = NAMESPACES[metadata.scheme]
    extensions = contact.find(md("Extensions"))
    if extensions is None:
        yield "Al contatto mancano le estensioni (Extensions)."
        return

    def named(name: str) -> etree._Element | None:
        return extensions.find(f"{{{namespace}}}{name}")

    public = named("Public")
    if public is None:
        yield "Al contatto manca l'elemento Public, che dice che il soggetto è pubblico."
    elif value_of(public) or len(public):
        yield "L'elemento Public deve essere vuoto."
    if named("Private") is not None:
        yield "Un soggetto pubblico non ha l'elemento Private."
    ipa = named("IPACode")
    if ipa is None or not IPA_CODE.fullmatch(value_of(ipa)):
        yield "Il codice IPA (IPACode) manca o non è valido."
    for name, form in (("FiscalCode", FISCAL_CODE), ("VATNumber", VAT_NUMBER)):
        node = named(name)
        if node is not None and not form.fullmatch(value_of(node)):
            yield f"{name} non è valido: «{value_of(node)}»."
    if metadata.scheme is Scheme.CIE:
        municipality = named("Municipality")
        if municipality is None or not MUNICIPALITY.fullmatch(value_of(municipality)):
            yield "Il Comune della sede (Municipality) va indicato con il codice catastale."
        if value_of(contact.find(md("Company"))) != metadata.said("OrganizationName"):
            yield "Company deve essere uguale a OrganizationName."


def _email(contact: etree._Element) -> Iterator[str]:
    found = [value_of(node) for node in contact.findall(md("EmailAddress"))]
    if len(found) != 1 or not EMAIL.fullmatch(found[0]):
        yield "Il contatto deve avere una e-mail valida (EmailAddress), una sola."
        return
    name, _, domain = found[0].lower().partition("@")
    if f".{domain}".endswith(RESERVED):
        yield f"L'e-mail di contatto non è una casella vera: {found[0]}."
    elif domain in PUBLIC_MAIL or (
        OF_A_PERSON.fullmatch(name) and not OF_AN_OFFICE & set(name.split("."))
    ):
        yield f"L'e-mail di contatto sembra di una persona, serve quella di un ufficio: {found[0]}."


def _telephone(contact: etree._Element) -> Iterator[str]:
    found = [value_of(node) for node in contact.findall(md("TelephoneNumber"))]
    if any(not TELEPHONE.fullmatch(one) for one in found) or len(found) > 1:
        yield "Il telefono deve essere uno, cominciare con +39 e non avere spazi."
