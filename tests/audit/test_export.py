# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What leaves the service is signed, harmless to a spreadsheet, and on record."""

import csv
import io
import json
import zipfile
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pytest
from pytest_django import Settings

from iam.audit import selectors
from iam.audit.errors import ExportTooLarge, ReasonMissing
from iam.audit.event import Event
from iam.audit.guard.recording import write
from iam.audit.ledger import keys
from iam.audit.models import AuditEvent
from iam.audit.tree import notes
from iam.audit.types import RegisterFilters
from iam.kernel.errors import Denied
from tests.audit.readers import amministratrice, case_manager, rpd, shown

pytestmark = pytest.mark.django_db
EVERYTHING = RegisterFilters(kind="audit.test.")


@dataclass(frozen=True, kw_only=True)
class FormulaWritten(Event):
    kind = "audit.test.formula-written"
    purpose: str


@pytest.fixture(autouse=True)
def home(settings: Settings, tmp_path: Path) -> Path:
    settings.IAM_HOME = tmp_path
    return tmp_path


def test_an_export_is_signed_and_says_what_it_holds(home: Path) -> None:
    shown(case_manager())
    export = selectors.exported_register(rpd(), filters=EVERYTHING, reason="Ispezione del Garante")
    key = keys.public(home / keys.EXPORT_KEY)
    with zipfile.ZipFile(io.BytesIO(export.content)) as archive:
        contents = {name: archive.read(name) for name in archive.namelist()}
    text, _ = notes.opened(contents.pop("manifesto.txt").decode(), [key])
    manifest = json.loads(text)
    assert manifest["sha256"] == {
        name: sha256(content).hexdigest() for name, content in contents.items()
    }
    assert (manifest["rows"], manifest["reason"]) == (1, "Ispezione del Garante")
    (line,) = contents["registro.jsonl"].decode().splitlines()
    assert json.loads(line)["practice"] == "P-1"
    event = AuditEvent.objects.get(kind="audit.register.exported")
    assert sha256(export.content).hexdigest().encode() in bytes(event.body)


def test_no_cell_is_a_formula_for_a_spreadsheet() -> None:
    for purpose in ("=1+1", "+39", "-1", "@SUM(A1)", "\t=1", 'a;"b'):
        write(FormulaWritten(purpose=purpose), by=case_manager())
    export = selectors.exported_register(rpd(), filters=EVERYTHING, reason="Verifica")
    with zipfile.ZipFile(io.BytesIO(export.content)) as archive:
        text = archive.read("registro.csv").decode()
    assert text.startswith("\ufeffNumero;")
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), delimiter=";"))
    assert [row["Finalità"] for row in rows] == [
        "'=1+1",
        "'+39",
        "'-1",
        "'@SUM(A1)",
        "'\t=1",
        'a;"b',
    ]


def test_an_export_needs_its_permission_a_reason_and_a_bound(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(Denied):
        selectors.exported_register(amministratrice(), filters=EVERYTHING, reason="Curiosità")
    with pytest.raises(ReasonMissing):
        selectors.exported_register(rpd(), filters=EVERYTHING, reason="")
    shown(case_manager()), shown(case_manager())
    monkeypatch.setattr(selectors, "MOST_EXPORTED", 1)
    with pytest.raises(ExportTooLarge):
        selectors.exported_register(rpd(), filters=EVERYTHING, reason="Ispezione")
