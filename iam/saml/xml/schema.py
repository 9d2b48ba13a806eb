# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""XSD validation by libxml2, with the schemas that pysaml2 carries and nothing from the network."""

from __future__ import annotations

from importlib.resources import files
from typing import Any, Literal

from lxml import etree

from iam.saml.errors import SchemaViolated

Kind = Literal["protocol", "metadata"]

_SOURCES: dict[Kind, str] = {
    "protocol": "saml-schema-protocol-2.0.xsd",
    "metadata": "saml-schema-metadata-2.0.xsd",
}


class _LocalSchemas(etree.Resolver):
    """Answers every import from the installed package, and refuses what is not there."""

    def resolve(self, system_url: Any, public_id: Any, context: Any = None) -> Any:
        name = (system_url or "").rsplit("/", 1)[-1]
        found = files("saml2.data.schemas") / name
        content = found.read_bytes() if name.endswith(".xsd") and found.is_file() else b""
        return self.resolve_string(content, context, base_url=None)


def _compile(kind: Kind) -> etree.XMLSchema:
    parser = etree.XMLParser(no_network=True)
    parser.resolvers.add(_LocalSchemas())
    path = files("saml2.data.schemas") / _SOURCES[kind]
    return etree.XMLSchema(etree.fromstring(path.read_bytes(), parser))


_SCHEMAS = {kind: _compile(kind) for kind in _SOURCES}
"""Compiled as this module is imported, while there is one thread: libxml2 keeps global state while
it resolves imports, and another thread that parses anything then makes it lose one."""


def schema_faults(root: etree._Element, *, kind: Kind) -> list[tuple[int, str]]:
    """Return what the schema finds wrong: line and message, in the words of libxml2.

    For a command, which has one thread: the list belongs to the schema, not to the call.
    """
    schema = _SCHEMAS[kind]
    schema.validate(root)
    log: Any = schema.error_log
    return [(entry.line, entry.message) for entry in log]


def check_schema(root: etree._Element, *, kind: Kind) -> None:
    """Return if `root` is a valid message or metadata. Raises `SchemaViolated`.

    Source: SAML 2.0 Core, 1.2; Metadata, 1.1.
    """
    if not _SCHEMAS[kind].validate(root):
        raise SchemaViolated()
