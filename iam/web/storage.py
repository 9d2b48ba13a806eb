# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later

"""Static files: the part of the design system that the pages use, made fit for our policy."""

from __future__ import annotations

import re
import tempfile
import threading
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

from django.contrib.staticfiles.finders import AppDirectoriesFinder, FileSystemFinder
from django.contrib.staticfiles.utils import matches_patterns
from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage, Storage
from whitenoise.storage import (  # type: ignore[import-untyped]  # it has no type marker
    CompressedManifestStaticFilesStorage,
)

STYLESHEET: Final = "css/bootstrap-italia.min.css"

# The plugins the pages load, and all that these import; a test follows the imports.
SCRIPTS: Final = frozenset(
    {
        "plugins/base-component.js",
        "plugins/navbar-collapsible.js",
        "plugins/dom/data.js",
        "plugins/dom/event-handler.js",
        "plugins/dom/manipulator.js",
        "plugins/dom/selector-engine.js",
        "plugins/util/backdrop.js",
        "plugins/util/config.js",
        "plugins/util/device.js",
        "plugins/util/focustrap.js",
        "plugins/util/index.js",
        "plugins/util/scrollbar.js",
    }
)

_DATA_FONT: Final = re.compile(r"@font-face\{[^}]*url\(data:[^}]*\}")
_SOURCE_MAP: Final = re.compile(r"(/\*#|//#) sourceMappingURL=\S+( \*/)?\s*$")


def is_used(path: str) -> bool:
    """Return if the pages need this file of the design system."""
    return (
        path in SCRIPTS
        or path in {STYLESHEET, "svg/sprites.svg"}
        or (path.startswith("fonts/") and path.endswith((".woff2", ".txt")))
    )


def without_inline_parts(text: str) -> str:
    """Return a file of the design system without its `data:` font and its source map.

    The policy of the pages refuses fonts that are not files of this origin.
    """
    return _SOURCE_MAP.sub("", _DATA_FONT.sub("", text))


class DesignSystemStorage(FileSystemStorage):
    """Reads the wheel's files; styles and scripts come out made fit for our policy."""

    prefix: str | None = None

    def _open(self, name: str, mode: str = "rb") -> File[Any]:
        if name.endswith((".css", ".js")):
            text = Path(self.path(name)).read_text(encoding="utf-8-sig")
            return ContentFile(without_inline_parts(text).encode(), name=name)
        return File(Path(self.path(name)).open(mode))


@cache
def _fitted_copies() -> tempfile.TemporaryDirectory[str]:
    """Return the folder, of this process alone, for what is served before collectstatic."""
    return tempfile.TemporaryDirectory(prefix="design-system-")


# Two requests may be the first at once: neither may be handed half a file.
_fitting = threading.Lock()


def _fitted_copy(name: str, storage: Storage) -> Path:
    with _fitting:
        fitted = Path(_fitted_copies().name, name)
        if not fitted.exists():
            fitted.parent.mkdir(parents=True, exist_ok=True)
            with storage.open(name) as file:
                fitted.write_bytes(file.read())
    return fitted


class DesignSystemFinder(FileSystemFinder):
    """Finds in STATICFILES_DIRS only the files of the design system that the pages use."""

    def __init__(self, app_names: Any = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(app_names, *args, **kwargs)
        for prefix, root in self.locations:
            storage = DesignSystemStorage(location=root)
            storage.prefix = prefix
            self.storages[root] = storage

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Storage]]:
        patterns = list_of(ignore_patterns)
        for path, storage in super().list(patterns):
            if is_used(path) and not matches_patterns(path, patterns):
                yield path, storage

    def find_location(self, root: str, path: str, prefix: str | None = None) -> str | None:
        found = super().find_location(root, path, prefix)
        if found is None or not prefix:
            return found
        name = Path(found).relative_to(root).as_posix()
        if not is_used(name):
            return None
        if name.endswith((".css", ".js")):
            return str(_fitted_copy(name, self.storages[root]))
        return found


def list_of(patterns: Iterable[str] | None) -> list[str]:
    return [] if patterns is None else [*patterns]


class UsedAppFilesFinder(AppDirectoriesFinder):
    """Finds our own files and, of the libraries, only those that a page loads.

    Nobody should be able to fetch from us a script that no page of ours uses.
    """

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Storage]]:
        for path, storage in super().list(list_of(ignore_patterns)):
            if _is_loaded(path, storage):
                yield path, storage

    def find_in_app(self, app: str, path: str) -> str | None:
        storage = self.storages.get(app)
        found = super().find_in_app(app, path)
        return found if found and storage and _is_loaded(path, storage) else None


LIBRARY_FILES: Final = frozenset({"django_htmx/htmx-2.min.js"})


def _is_loaded(path: str, storage: Storage) -> bool:
    location = Path(getattr(storage, "location", ""))
    ours = {"iam", "demo"} & set(location.parts)
    return path in LIBRARY_FILES or bool(ours and "site-packages" not in location.parts)


class PageStaticFilesStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # untyped
    """Names carry the hash of their content, module imports included; served compressed."""

    support_js_module_import_aggregation = True
