# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The files of an export: CSV for a spreadsheet, JSON lines for a program, a signed manifest."""

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Mapping
from hashlib import sha256

from iam.audit.tree.notes import Signer
from iam.audit.types import RegisterRow

BOM = "\ufeff"
SEPARATOR = ";"
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A cell that starts so is a formula for a spreadsheet. Source: OWASP, CSV Injection."""

COLUMNS = {
    "id": "Numero",
    "at": "Istante (UTC)",
    "kind": "Operazione",
    "outcome": "Esito",
    "actor": "Chi",
    "role": "Ruolo",
    "comune": "Comune",
    "ambito": "Ambito",
    "ente": "Titolare",
    "person": "Persona",
    "subject": "Interessato (pseudonimo)",
    "client": "Modulo",
    "purpose": "Finalità",
    "practice": "Pratica",
    "request_id": "Richiesta",
}
OUTCOMES = ("riuscita", "rifiutata", "errore")
EPOCH = (1980, 1, 1, 0, 0, 0)
"""The one date in the archive: equal exports are equal bytes."""


def _values(row: RegisterRow) -> dict[str, str]:
    values = {name: getattr(row, name) for name in COLUMNS}
    values["at"], values["outcome"] = row.at.isoformat(), OUTCOMES[row.outcome]
    return {name: "" if value is None else str(value) for name, value in values.items()}


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def as_csv(rows: Iterable[RegisterRow]) -> bytes:
    """UTF-8 with its mark and semicolons: what Italian spreadsheets open without asking."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=SEPARATOR, lineterminator="\r\n")
    writer.writerow(COLUMNS.values())
    for row in rows:
        writer.writerow(map(_harmless, _values(row).values()))
    return (BOM + text.getvalue()).encode()


def as_json_lines(rows: Iterable[RegisterRow]) -> bytes:
    lines = (
        json.dumps(_values(row) | {"facts": dict(row.facts)}, sort_keys=True, ensure_ascii=False)
        for row in rows
    )
    return "".join(f"{line}\n" for line in lines).encode()


def signed_manifest(facts: Mapping[str, object], files: Mapping[str, bytes], key: Signer) -> bytes:
    """Return a signed note whose text is one line of JSON. Source: C2SP signed-note."""
    digests = {name: sha256(content).hexdigest() for name, content in files.items()}
    text = json.dumps({**facts, "sha256": digests}, sort_keys=True, ensure_ascii=False) + "\n"
    return f"{text}\n{key.sign(text)}".encode()


def archive(files: Mapping[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            zipped.writestr(entry, content)
    return target.getvalue()
