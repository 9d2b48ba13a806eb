# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The rules of the house that no library checks, as functions from a source text to its faults."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

ROOMS = frozenset(
    {"kernel", "audit", "signatures", "notifications", "enti", "accounts", "consents"}
    | {"convenzioni", "roles", "saml", "oauth", "api", "web"}
)

HOMES = {
    "saml2": "saml",
    "xmlsec": "saml",
    "oauth2_provider": "oauth",
    "oauthlib": "oauth",
    "pyhanko": "signatures",
    "pyhanko_certvalidator": "signatures",
    "auditlog": "audit",
    "cedarpy": "kernel",
}
"""The one room where each foreign library lives."""

EDGE_LIBRARIES = ("rest_framework", "django.http", "django.views", "django.shortcuts")
NAMES_OF_A_ROOM = frozenset(
    {"__init__", "models", "selectors", "actions", "events", "errors", "types", "tasks", "admin"}
    | {"apps", "urls", "middleware", "checks", "configuration"}
)

FURTHER_NAMES = {
    "audit": frozenset({"event", "clock", "privileges"}),
}
"""Audit is below everything: an event, the clock, the rights on the log."""

QUERYSET_WRITES = frozenset(
    {"create", "bulk_create", "bulk_update", "get_or_create", "update_or_create"}
    | {"update", "delete"}
)
SUPPRESSION = re.compile(
    r"#\s*(?:type:\s*ignore(?:\[[^\]]*\])?|noqa(?::\s*[A-Z]+\d+(?:,\s*[A-Z]+\d+)*)?)"
    r"(?P<reason>.*)"
)


@dataclass(frozen=True)
class Fault:
    rule: str
    path: str
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.rule}: {self.what}"


def faults(path: str, source: str) -> list[Fault]:
    """Return the faults of one file; `path` is relative to the checkout, with slashes."""
    where = PurePosixPath(path)
    tree = ast.parse(source)
    found: list[Fault] = []
    for rule in (another_rooms_models, homeless_library, edge_library, write_outside_actions,
                 room_of_strange_name, unguarded_verb):  # fmt: skip
        found += [Fault(rule.__name__, path, line, what) for line, what in rule(where, tree)]
    found += [
        Fault("suppression_without_reason", path, line, what)
        for line, what in suppression_without_reason(source)
    ]
    return found


def room_of(path: PurePosixPath) -> str:
    parts = path.parts
    return parts[1] if len(parts) > 2 and parts[0] == "iam" else ""


def _imports(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.lineno, node.module


def another_rooms_models(path: PurePosixPath, tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Models are private to their room."""
    room = room_of(path)
    for line, module in _imports(tree):
        parts = module.split(".")
        if room and parts[0] == "iam" and "models" in parts[2:] and parts[1] != room:
            yield line, module


def homeless_library(path: PurePosixPath, tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Each foreign library has one home; the demonstration world and the tests are exempt."""
    room = room_of(path)
    if path.parts[0] not in ("iam", "config", "sdk"):
        return
    for line, module in _imports(tree):
        home = HOMES.get(module.split(".")[0])
        if home and room != home:
            yield line, f"{module} lives in {home}"


def edge_library(path: PurePosixPath, tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Requests and responses are known at the edges only."""
    room = room_of(path)
    at_edge = room in ("", "web", "api") or "endpoints" in path.parts
    for line, module in _imports(tree):
        if not at_edge and module.startswith(EDGE_LIBRARIES):
            yield line, module


def write_outside_actions(path: PurePosixPath, tree: ast.AST) -> Iterator[tuple[int, str]]:
    """State changes only in actions.py, and in the folders that an action calls, listed below."""
    room = room_of(path)
    if not room or path.name == "actions.py" or "migrations" in path.parts:
        return
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        verb, chain = node.func.attr, ast.unparse(node.func.value)
        if verb in QUERYSET_WRITES and ".objects" in chain:
            yield node.lineno, f"{chain}.{verb}"
        if verb == "save" and not chain.startswith("super()"):
            yield node.lineno, f"{chain}.save"


def room_of_strange_name(path: PurePosixPath, tree: ast.AST) -> Iterator[tuple[int, str]]:
    """There are thirteen rooms; their files have the names on the list, save in web."""
    room = room_of(path)
    if room and room not in ROOMS:
        yield 1, f"{room} is not a room"
    if room in ("", "kernel", "web") or len(path.parts) != 3:
        return
    if path.stem not in NAMES_OF_A_ROOM | FURTHER_NAMES.get(room, frozenset()):
        yield 1, f"{path.name} is not a name that a room holds"


def unguarded_verb(path: PurePosixPath, tree: ast.AST) -> Iterator[tuple[int, str]]:
    """A public function of actions.py that writes is guarded, or is a step of one that is."""
    if not room_of(path) or path.name != "actions.py" or not isinstance(tree, ast.Module):
        return
    for node in tree.body:
        if not isinstance(node, ast.FunctionDef) or node.name.startswith("_"):
            continue
        guards = {ast.unparse(d).split("(")[0] for d in node.decorator_list}
        if guards & {"action", "entrance", "disclosure"}:
            continue
        if not _is_a_step(node):
            yield node.lineno, node.name


def _is_a_step(node: ast.FunctionDef) -> bool:
    """A step says so in its docstring: it runs inside the action of somebody else."""
    says = (ast.get_docstring(node) or "").lower()
    return "action" in says or "entrance" in says or "transaction" in says


def suppression_without_reason(source: str) -> Iterator[tuple[int, str]]:
    """A suppression says why."""
    for number, line in enumerate(source.splitlines(), start=1):
        found = SUPPRESSION.search(line)
        if found and len(found["reason"].strip(" #-")) < 4:
            yield number, line.strip()[-60:]
