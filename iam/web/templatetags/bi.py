# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later

"""The design system in words of ours: no template outside this library names its classes.

At the next major version of Bootstrap Italia this file and `templates/bi` change, pages do not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from django import forms, template
from django.template.context import RequestContext
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

ROME: Final = ZoneInfo("Europe/Rome")

TONES: Final = {"success", "info", "warning", "danger", "primary", "secondary"}
TONE_ICONS: Final = {
    "success": "it-check-circle",
    "info": "it-info-circle",
    "warning": "it-warning-circle",
    "danger": "it-error",
    "primary": "it-info-circle",
    "secondary": "it-info-circle",
}
TONE_WORDS: Final = {
    "success": "Fatto",
    "info": "Da sapere",
    "warning": "Attenzione",
    "danger": "Errore",
    "primary": "Nota",
    "secondary": "Nota",
}
# Badges of the design system fail the contrast rule on three tones: these are our own pairs.
BADGE_TONES: Final = {"success", "info", "warning", "danger", "primary", "secondary"}


def _known(tone: str, among: Iterable[str]) -> str:
    if tone not in among:
        raise template.TemplateSyntaxError(f"unknown tone {tone!r}")
    return tone


# --- small parts ---------------------------------------------------------------------------


@register.simple_tag
def icon(name: str, size: str = "sm", tone: str = "") -> SafeString:
    """Draw an icon of the sprite; always beside words, so hidden from screen readers."""
    classes = f"icon icon-{size}" + (f" icon-{tone}" if tone else "")
    return format_html(
        '<svg class="{}" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        classes,
        static("bootstrap-italia/svg/sprites.svg"),
        name,
    )


@register.simple_tag
def badge(text: object, tone: str = "secondary") -> SafeString:
    return format_html(
        '<span class="iam-badge iam-badge-{}">{}</span>', _known(tone, BADGE_TONES), text
    )


@register.simple_tag
def link_button(text: str, href: str, tone: str = "primary", download: str = "") -> SafeString:
    """A link that looks like a button: it goes somewhere, it changes nothing."""
    return format_html(
        '<a class="btn btn-{}" href="{}"{}>{}</a>',
        tone,
        href,
        format_html(' download="{}"', download) if download else "",
        text,
    )


@register.simple_tag
def submit(text: str, tone: str = "primary", name: str = "", value: str = "") -> SafeString:
    return format_html(
        '<button type="submit" class="btn btn-{}"{}>{}</button>',
        tone,
        format_html(' name="{}" value="{}"', name, value) if name else "",
        text,
    )


@register.simple_tag
def code_of(text: object) -> SafeString:
    """A code that people read aloud or copy: fixed width, may break anywhere."""
    return format_html('<code class="iam-code">{}</code>', text)


@register.filter
def day(value: date | datetime | None) -> str:
    """Say a day as 21/11/2026; an instant is told as its day in Rome."""
    if value is None or value == "":
        return "—"
    if isinstance(value, datetime):
        value = value.astimezone(ROME).date()
    return f"{value:%d/%m/%Y}"


@register.filter
def moment(value: datetime | None) -> str:
    """Say an instant as 21/11/2026, 20:31 (Rome)."""
    if value is None or value == "":
        return "—"
    return f"{value.astimezone(ROME):%d/%m/%Y, %H:%M}"


@register.filter
def moment_to_the_second(value: datetime | None) -> str:
    if value is None or value == "":
        return "—"
    return f"{value.astimezone(ROME):%d/%m/%Y, %H:%M:%S}"


@register.filter
def thousands(value: int) -> str:
    """Write 7894 as 7.894."""
    return f"{value:,}".replace(",", ".")


@register.filter
def share(part: int, whole: int) -> str:
    """Write a share as 7,6 %."""
    return f"{100 * part / whole:.1f}".replace(".", ",") + " %" if whole else "—"


@register.filter
def counted(number: int, words: str) -> str:
    """Join a number and the right noun: `{{ n|counted:"Ambito,Ambiti" }}`."""
    one, many = words.split(",")
    return f"{thousands(number)} {one if number == 1 else many}"


# --- blocks --------------------------------------------------------------------------------


@register.simple_block_tag
def alert(
    content: SafeString, tone: str = "info", title: str = "", live: bool = False
) -> SafeString:
    """A message in the page. `live` only for what appears after an operation."""
    return format_html(
        '<div class="alert alert-{}"{}>{}{}</div>',
        _known(tone, TONES),
        mark_safe(' role="status"') if live else "",
        format_html('<p class="alert-heading iam-alert-title">{}</p>', title) if title else "",
        content,
    )


@register.simple_block_tag
def callout(content: SafeString, tone: str = "info", title: str = "") -> SafeString:
    """What the reader must know before going on: an icon, a word, a short text."""
    named = {"info": "note", "primary": "note", "secondary": "note"}.get(tone, tone)
    return format_html(
        '<div class="callout {}"><div class="callout-inner"><p class="callout-title">{}'
        '<span class="text">{}</span></p><div class="iam-callout-text">{}</div></div></div>',
        named,
        icon(TONE_ICONS[_known(tone, TONES)]),
        title or TONE_WORDS[tone],
        content,
    )


@register.simple_block_tag
def panel(
    content: SafeString, title: str = "", level: int = 2, id: str = "", tone: str = ""
) -> SafeString:
    """A part of a page with its own heading."""
    heading = (
        format_html('<h{} class="iam-panel-title"{}>{}</h{}>', level, f_id(id), title, level)
        if title
        else ""
    )
    return format_html(
        '<section class="iam-panel{}"{}>{}{}</section>',
        f" iam-panel-{tone}" if tone else "",
        format_html(' aria-labelledby="{}"', id) if id and title else "",
        heading,
        content,
    )


def f_id(value: str) -> SafeString | str:
    return format_html(' id="{}"', value) if value else ""


@register.simple_block_tag
def buttons(content: SafeString) -> SafeString:
    return format_html('<div class="iam-buttons">{}</div>', content)


@register.simple_block_tag
def facts(content: SafeString) -> SafeString:
    """A list of facts; fill it with `fact`."""
    return format_html('<dl class="iam-facts">{}</dl>', content)


@register.simple_tag
def fact(term: str, value: object, missing: str = "—") -> SafeString:
    shown = missing if value is None or value == "" else value
    return format_html("<div><dt>{}</dt><dd>{}</dd></div>", term, shown)


@register.simple_block_tag
def details(content: SafeString, summary: str, open: bool = False) -> SafeString:
    """More for who wants it; works without JavaScript."""
    return format_html(
        '<details class="iam-details"{}><summary>{}</summary><div>{}</div></details>',
        mark_safe(" open") if open else "",
        summary,
        content,
    )


@register.simple_block_tag
def table(content: SafeString, caption: str, visible: bool = False) -> SafeString:
    """A table that becomes a pile of cards below 768 px; cells need `data-label`.

    Roles are written out because the cards' display would take them away.
    """
    return format_html(
        '<table class="table iam-stack" role="table"><caption class="{}">{}</caption>{}</table>',
        "iam-caption" if visible else "visually-hidden",
        caption,
        content,
    )


@register.inclusion_tag("bi/steps.html")
def steps(items: Iterable[Mapping[str, object]], label: str) -> dict[str, object]:
    """The stages of a procedure: each item has `title`, `state` (done, now, next, stopped)
    and, if known, `at` and `note`."""
    words = {"done": "fatto", "now": "in corso", "next": "da fare", "stopped": "fermo"}
    return {
        "label": label,
        "items": [{**item, "word": words[str(item["state"])]} for item in items],
    }


@register.inclusion_tag("bi/breadcrumb.html")
def breadcrumb(*pairs: str) -> dict[str, object]:
    """The way back: label, address, label, address, ..., label of this page."""
    *way, here = pairs
    return {"links": list(zip(way[::2], way[1::2], strict=True)), "here": here}


@register.inclusion_tag("bi/pagination.html", takes_context=True)
def pagination(context: RequestContext, page: Any) -> dict[str, object]:
    """Numbered pages of a list, keeping the filters of the address."""
    return {"page": page, "request": context["request"]}


@register.simple_tag(takes_context=True)
def with_query(context: RequestContext, **changes: object) -> str:
    """Return the query string of this page with some keys set, or taken away with None."""
    query = context["request"].GET.copy()
    for key, value in changes.items():
        if value is None or value == "":
            query.pop(key, None)
        else:
            query[key] = str(value)
    return f"?{query.urlencode()}"


@register.inclusion_tag("bi/chips.html")
def chips(items: Iterable[Mapping[str, str]]) -> dict[str, object]:
    """The filters in use: each has `label` and `without`, the address that takes it off."""
    return {"items": list(items)}


@register.inclusion_tag("bi/error_summary.html")
def error_summary(form: forms.BaseForm) -> dict[str, object]:
    """Every error of the form, first of all, each with a link to its field."""
    found: list[dict[str, str]] = []
    for name, errors in form.errors.items():
        target = "" if name == "__all__" else _first_control(form, name)
        told = target and not isinstance(form.fields[name].widget, forms.CheckboxInput)
        label = f"{form[name].label}: " if told else ""
        found.extend({"text": f"{label}{error}", "target": target} for error in errors)
    return {"errors": found}


def _first_control(form: forms.BaseForm, name: str) -> str:
    bound = form[name]
    own = bound.auto_id
    return f"{own}_0" if isinstance(bound.field.widget, forms.RadioSelect) else str(own)


@register.inclusion_tag("bi/verdict.html")
def verdict(report: Any) -> dict[str, object]:
    """A report on the signatures of a document: three lines for each who signed."""
    signers = [
        {
            "name": signer.name,
            "expected": signer.expected,
            "reason": str(signer.reason),
            "firma_integra": signer.firma_integra,
            "certificato_attendibile": signer.certificato_attendibile,
            "valore_legale": signer.valore_legale,
            "provider": signer.provider,
            "certificate_serial": signer.certificate_serial,
            "signed_at_words": _signing_time(signer),
            "valid_words": f"dal {day(signer.valid_since)} al {day(signer.valid_until)}",
            "revocation": str(signer.revocation),
        }
        for signer in report.signers
    ]
    return {
        "report": {
            "outcome": str(report.outcome),
            "title": report.title,
            "sentence": report.sentence,
            "reason": str(report.reason),
            "signers": signers,
            "at": report.at,
            "label": report.label,
        }
    }


def _signing_time(signer: Any) -> str:
    if signer.signed_at is None:
        return "—"
    return f"{moment(signer.signed_at)} ({str(signer.signed_at_source).replace('-', ' ')})"


@register.simple_tag
def mark(answer: bool | None) -> SafeString:
    """Yes, no or not known, as a sign before a line of words."""
    name, tone = {
        True: ("it-check-circle", "success"),
        False: ("it-close-circle", "danger"),
        None: ("it-help-circle", "secondary"),
    }[answer]
    return icon(name, "sm", tone)
