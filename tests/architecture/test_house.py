# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the machine refuses: the house stands, and each deliberate mistake is caught."""

from __future__ import annotations

import importlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from iam.audit.event import registered
from tests.architecture.rules import faults

CHECKOUT = Path(__file__).resolve().parents[2]
EVENTS = Path(__file__).with_name("events.json")

ALLOWED = {
    ("write_outside_actions", "iam/audit/guard/recording.py"): "the one INSERT of the log",
    ("write_outside_actions", "iam/saml/register/keeping.py"): "a step of the entrance of a log-in",
}
"""The only exceptions, each with its reason."""


def sources() -> list[Path]:
    return [
        path for folder in ("iam", "config", "sdk") for path in (CHECKOUT / folder).rglob("*.py")
    ]


def test_the_house_has_no_fault() -> None:
    found = []
    for path in sources():
        relative = path.relative_to(CHECKOUT).as_posix()
        found += [
            fault
            for fault in faults(relative, path.read_text(encoding="utf-8"))
            if (fault.rule, fault.path) not in ALLOWED
        ]

    assert not found, "\n".join(map(str, found))


MISTAKES = [
    ("another_rooms_models", "iam/roles/selectors.py", "from iam.enti.models import Comune"),
    ("homeless_library", "iam/web/pages/public.py", "import saml2"),
    ("homeless_library", "iam/roles/actions.py", "from oauth2_provider.models import Grant"),
    ("homeless_library", "iam/convenzioni/actions.py", "from pyhanko.sign import signers"),
    ("homeless_library", "config/urls.py", "import auditlog"),
    ("edge_library", "iam/roles/selectors.py", "from django.http import HttpRequest"),
    (
        "write_outside_actions",
        "iam/roles/selectors.py",
        "Grant.objects.filter(pk=1).update(role='x')",
    ),
    ("write_outside_actions", "iam/web/pages/roles.py", "grant.save()"),
    ("write_outside_actions", "iam/enti/tasks.py", "Ente.objects.create()"),
    ("room_of_strange_name", "iam/gestione/models.py", "x = 1"),
    ("room_of_strange_name", "iam/roles/helpers.py", "x = 1"),
    ("unguarded_verb", "iam/roles/actions.py", "def grant_role(actor, /): ..."),
    ("suppression_without_reason", "iam/roles/actions.py", "x = y  # type: ignore[attr-defined]"),
    ("suppression_without_reason", "iam/roles/actions.py", "import x  # noqa: F401"),
]


@pytest.mark.parametrize(("rule", "path", "mistake"), MISTAKES)
def test_a_deliberate_mistake_is_caught(rule: str, path: str, mistake: str) -> None:
    assert [fault.rule for fault in faults(path, mistake + "\n")] == [rule]


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("iam/enti/actions.py", "import iam.roles.selectors\n"),
        ("iam/kernel/places.py", "import iam.audit.clock\n"),
        ("iam/convenzioni/actions.py", "import iam.consents.actions\n"),
        ("iam/web/urls.py", "import demo.personas\n"),
        ("iam/gestione/__init__.py", "x = 1\n"),
    ],
    ids=["upward", "kernel-upward", "sibling", "demo", "a-fourteenth-room"],
)
def test_an_import_against_the_house_breaks_the_contracts(
    tmp_path: Path, path: str, line: str
) -> None:
    for folder in ("iam", "config", "demo", "sdk", "deploy", "bench"):
        shutil.copytree(
            CHECKOUT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("*.pyc")
        )
    shutil.copy(CHECKOUT / "pyproject.toml", tmp_path)
    (tmp_path / "iam" / "consents").mkdir(exist_ok=True)
    for package in ("consents",):
        for name in ("__init__.py", "actions.py"):
            (tmp_path / "iam" / package / name).touch()
    target = tmp_path / path
    target.parent.mkdir(exist_ok=True)
    with target.open("a", encoding="utf-8") as file:
        file.write(line)

    lint = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [lint, "--no-cache"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": "sdk"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode != 0
    assert "BROKEN" in done.stdout, done.stdout + done.stderr


def test_no_event_changed_its_shape() -> None:
    """An event once published keeps its kind and its facts: new ones may only be added."""
    published = json.loads(EVENTS.read_text(encoding="utf-8"))
    now = shapes()

    missing = {
        kind: sorted(set(facts) - set(now.get(kind, [])))
        for kind, facts in published.items()
        if set(facts) - set(now.get(kind, []))
    }
    assert not missing, f"facts that readers of the log rely on are gone: {missing}"
    assert set(now) == set(published), (
        "an event is new: run `python -m tests.architecture.test_house` to publish its shape"
    )


def shapes() -> dict[str, list[str]]:
    """Return the facts of every event of the service, whichever modules were imported before."""
    from dataclasses import fields

    for source in sorted((CHECKOUT / "iam").rglob("*.py")):
        if re.search(r"^class \w+\(.*\bEvent\):", source.read_text(encoding="utf-8"), re.MULTILINE):
            name = source.relative_to(CHECKOUT).with_suffix("").as_posix().replace("/", ".")
            importlib.import_module(name)
    return {
        kind: sorted(field.name for field in fields(event))
        for kind, event in sorted(registered.items())
        if event.__module__.startswith("iam.")
    }


if __name__ == "__main__":
    import django

    importlib.import_module("tests.cluster")  # tells the settings where everything is
    django.setup()
    EVENTS.write_text(json.dumps(shapes(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
