# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later

"""The design system comes from the wheel, only what is used, fit for the policy."""

from __future__ import annotations

import re
from pathlib import Path

from django.contrib.staticfiles import finders
from django.core.management import call_command
from pytest_django.fixtures import Settings

from iam.web.configuration import STATICFILES_DIRS, STATICFILES_STORAGE
from iam.web.storage import SCRIPTS, STYLESHEET, DesignSystemFinder, without_inline_parts

WHEEL = STATICFILES_DIRS[0][1]
IMPORT = re.compile(r"^import .*?from '([^']+)'|^import '([^']+)'", re.MULTILINE)


def collected() -> dict[str, bytes]:
    files = {}
    for path, storage in DesignSystemFinder().list([]):
        with storage.open(path) as file:
            files[path] = file.read()
    return files


def test_every_script_imports_only_scripts_that_are_served() -> None:
    for script in SCRIPTS:
        for one, other in IMPORT.findall((WHEEL / script).read_text(encoding="utf-8")):
            wanted = (WHEEL / script).parent / (one or other)
            assert wanted.resolve().relative_to(WHEEL).as_posix() in SCRIPTS


def test_the_stylesheet_loses_the_font_that_the_policy_refuses() -> None:
    raw = (WHEEL / STYLESHEET).read_text(encoding="utf-8-sig")

    fit = without_inline_parts(raw)

    assert "@font-face" in raw
    assert "@font-face" not in fit
    assert "sourceMappingURL" not in fit
    assert len(raw) - len(fit) < 12_000


def test_only_what_is_used_is_collected_and_it_is_small() -> None:
    files = collected()

    assert not [path for path in files if path.endswith((".map", ".eot", ".ttf", ".woff"))]
    assert not [path for path in files if "bundle" in path]
    assert sum(map(len, files.values())) < 1_300_000
    assert b"sourceMappingURL" not in b"".join(files[script] for script in SCRIPTS)


def test_what_is_not_used_is_not_served_either() -> None:
    assert finders.find(f"bootstrap-italia/{STYLESHEET}")
    assert finders.find("bootstrap-italia/js/bootstrap-italia.bundle.min.js") is None


def test_every_font_of_our_stylesheet_is_in_the_wheel() -> None:
    ours = Path(finders.find("web/fonts.css") or "").read_text(encoding="utf-8")

    for name in re.findall(r'url\("\.\./bootstrap-italia/([^"]+)"\)', ours):
        assert (WHEEL / name).is_file()


def test_no_template_has_an_inline_style_or_script() -> None:
    for template in (Path(__file__).parents[2] / "iam" / "web" / "templates").rglob("*.html"):
        text = template.read_text(encoding="utf-8")
        assert not re.search(r"\sstyle=|\son[a-z]+=|javascript:", text), template
        for script in re.findall(r"<script[^>]*>", text):
            assert 'nonce="{{ CSP_NONCE }}"' in script, template
            assert " src=" in script, template


def test_everything_collects_with_hashed_names_and_nothing_of_the_libraries(
    tmp_path: Path, settings: Settings
) -> None:
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": STATICFILES_STORAGE}}

    call_command("collectstatic", interactive=False, verbosity=0)

    names = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.js")}
    assert "django_htmx/htmx-2.min.js" in names
    assert not [name for name in names if name.startswith(("rest_framework/", "admin/"))]
    hashed = next(tmp_path.glob("bootstrap-italia/plugins/navbar-collapsible.*.js"))
    assert re.search(r'"\./base-component\.[0-9a-f]{12}\.js"', hashed.read_text(encoding="utf-8"))
