# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""docs/conformita.md, made from the `norma` marks of the tests.

`python -m tests.architecture.conformity` writes it.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
PAGE = CHECKOUT / "docs" / "conformita.md"
PUBLIC_TOOL = CHECKOUT / "tests" / "conformita" / "spid" / "public_tool.py"
"""Run by `make check`, not with the other tests: it takes long."""
HEAD = """<!--
SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
SPDX-License-Identifier: CC-BY-4.0
-->

# Conformità

Ogni riga è un dovere di legge o di protocollo e il test che lo prova. La pagina è generata dai
test con `python -m tests.architecture.conformity`: non si modifica a mano. Un dovere che non
compare qui non è provato.
"""

Duty = tuple[str, str, str]


def proofs() -> Iterator[tuple[Duty, str]]:
    """Yield each duty with the test that proves it; a module's mark counts for all its tests."""
    for path in sorted([*(CHECKOUT / "tests").rglob("test_*.py"), PUBLIC_TOOL]):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        shared = [mark for node in tree.body if _is_pytestmark(node) for mark in _marks(node)]
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                own = [mark for decorator in node.decorator_list for mark in _marks(decorator)]
                for duty in (*shared, *own):
                    yield duty, f"{path.relative_to(CHECKOUT).as_posix()}::{node.name}"


def _is_pytestmark(node: ast.stmt) -> bool:
    return isinstance(node, ast.Assign) and any(
        isinstance(target, ast.Name) and target.id == "pytestmark" for target in node.targets
    )


def _marks(node: ast.AST) -> Iterator[Duty]:
    for call in ast.walk(node):
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "pytest.mark.norma":
            values = [arg.value for arg in call.args if isinstance(arg, ast.Constant)]
            if len(values) == 3:
                yield str(values[0]), str(values[1]), str(values[2])


def page() -> str:
    by_source: dict[str, dict[tuple[str, str], list[str]]] = defaultdict(lambda: defaultdict(list))
    for (source, article, text), test in proofs():
        by_source[source][article, text].append(test)
    parts = [HEAD]
    for source in sorted(by_source):
        parts.append(f"\n## {source}\n\n| dove | dovere | test |\n|---|---|---|\n")
        for (article, text), tests in sorted(by_source[source].items()):
            named = "<br>".join(f"`{test}`" for test in sorted(set(tests)))
            parts.append(f"| {_cell(article)} | {_cell(text)} | {named} |\n")
    return "".join(parts)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
