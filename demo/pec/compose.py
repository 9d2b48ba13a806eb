# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Write what an ente sends to the Ministry. SIMULATO: sample papers, no legal value.

    letter = authorisation_note("BS-04", ANNA, sign=lambda pdf: sign(pdf, "giorgio"))
    send(letter, smtp_port=8004)

Source of the papers: nota del Ministero on the accreditation of the Amministratori: the note of
the legal representative or of a delegate, the identity document and the codice fiscale of each
person indicated, and the act of delegation when a delegate signs.
"""

from __future__ import annotations

import json
import re
import smtplib
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from email import policy
from email.message import EmailMessage
from email.utils import formatdate, make_msgid

import typst

from demo.pec import DOMAIN, MINISTRY, PASSWORD, address_of_ambito
from demo.personas import Persona

TIMEOUT_SECONDS = 20

TEMPLATE = """
#let given = json(bytes(sys.inputs.data))
#set document(title: given.title, author: "SIMULATO")
#set text(lang: "it", size: 11pt)
#set page(
  margin: 2.5cm,
  background: rotate(-35deg, text(64pt, fill: luma(225))[SIMULATO]),
  footer: align(center, text(9pt)[SIMULATO: documento di prova, senza valore legale]),
)
= #given.title
#v(1em)
#for line in given.lines [
  #line

]
"""


@dataclass(frozen=True, slots=True)
class Paper:
    """A file that goes with the note."""

    name: str
    content: bytes


def authorisation_note(
    ambito: str,
    *people: Persona,
    on: date,
    ambito_name: str = "",
    signed_by: str = "il legale rappresentante dell'Ambito",
    sign: Callable[[bytes], bytes] | None = None,
    note: Paper | None = None,
    with_delegation: bool = False,
    without: Sequence[str] = (),
    sender: str = "",
    to: str = MINISTRY,
) -> EmailMessage:
    """Return the PEC by which the Ambito with this code indicates `people` as Amministratori.

    `sign` signs the note (PAdES); `note` replaces it with a file of one's own. `without` names
    the papers left out, to see what an incomplete note meets: `nota`, `documento-identita`,
    `codice-fiscale`. The letter leaves from the digital domicile of the Ambito unless another
    `sender` is given. Its papers are named by what they are, then by the person.
    """
    papers = _papers(ambito, ambito_name, people, on=on, signed_by=signed_by, sign=sign, note=note)
    if with_delegation:
        papers.append(delegation(ambito_name or ambito, on=on))
    kept = [paper for paper in papers if not paper.name.startswith(tuple(without))]
    names = ", ".join(person.full_name for person in people)
    letter = EmailMessage(policy=policy.SMTP)
    letter["From"] = sender or address_of_ambito(ambito)
    letter["To"] = to
    letter["Subject"] = f"Nota di autorizzazione Amministratore - Ambito {ambito}"
    letter["Date"] = formatdate(localtime=True)
    letter["Message-ID"] = make_msgid(domain=DOMAIN)
    letter.set_content(
        f"SIMULATO\n\nSi trasmette la nota di autorizzazione ({ambito_name or ambito}) "
        f"per l'accreditamento di: {names}.\n\nAllegati: "
        + ", ".join(paper.name for paper in kept)
        + ".\n"
    )
    for paper in kept:
        subtype = "pkcs7-mime" if paper.name.endswith(".p7m") else "pdf"
        letter.add_attachment(
            paper.content, maintype="application", subtype=subtype, filename=paper.name
        )
    return letter


def delegation(ambito_name: str, *, on: date) -> Paper:
    """Return the act by which the legal representative lets another sign."""
    return Paper(
        "provvedimento-di-delega.pdf",
        sample_pdf(
            "Provvedimento di delega",
            f"Ambito {ambito_name}.",
            "Il legale rappresentante delega alla firma della nota di autorizzazione.",
            f"Data: {on:%d/%m/%Y}.",
        ),
    )


def sample_pdf(title: str, *lines: str) -> bytes:
    """Return a page that says SIMULATO across it."""
    data = json.dumps({"title": title, "lines": lines}, ensure_ascii=False)
    made = typst.compile(
        TEMPLATE.encode(),
        format="pdf",
        sys_inputs={"data": data},
        ignore_system_fonts=True,
        timestamp=0,
    )
    assert isinstance(made, bytes)
    return made


def send(
    letter: EmailMessage, *, smtp_port: int, password: str = PASSWORD, host: str = "localhost"
) -> None:
    """Submit the letter from the mailbox in its From. Raises what smtplib raises."""
    with smtplib.SMTP(host, smtp_port, timeout=TIMEOUT_SECONDS) as connection:
        connection.login(str(letter["From"]), password)
        connection.send_message(letter)


def _papers(
    ambito: str,
    ambito_name: str,
    people: Sequence[Persona],
    *,
    on: date,
    signed_by: str,
    sign: Callable[[bytes], bytes] | None,
    note: Paper | None,
) -> list[Paper]:
    if note is None:
        content = _note(ambito_name or ambito, people, on=on, signed_by=signed_by)
        note = Paper("nota-di-autorizzazione.pdf", sign(content) if sign else content)
    papers = [note]
    for person in people:
        papers += [
            Paper(f"documento-identita-{_slug(person.full_name)}.pdf", _identity(person)),
            Paper(f"codice-fiscale-{_slug(person.full_name)}.pdf", _card(person)),
        ]
    return papers


def _note(ambito_name: str, people: Sequence[Persona], *, on: date, signed_by: str) -> bytes:
    who = [
        f"{person.full_name}, codice fiscale {person.codice_fiscale}, nata o nato a "
        f"{person.birth_place} il {person.birth_date:%d/%m/%Y}"
        for person in people
    ]
    return sample_pdf(
        "Nota di autorizzazione all'accreditamento",
        f"Ambito territoriale: {ambito_name}.",
        "Si autorizza l'accreditamento come Amministratore dell'Ambito di:",
        *who,
        f"Firma: {signed_by}. Data: {on:%d/%m/%Y}.",
    )


def _identity(person: Persona) -> bytes:
    return sample_pdf(
        "Documento di identità",
        f"{person.full_name}",
        f"Nascita: {person.birth_place}, {person.birth_date:%d/%m/%Y}.",
        "Numero: SIMULATO 0000000.",
    )


def _card(person: Persona) -> bytes:
    return sample_pdf("Codice fiscale", person.full_name, person.codice_fiscale)


def _slug(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")
