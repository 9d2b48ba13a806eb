# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later

"""How a form looks: label, hint, message and field in this order, errors told twice.

The summary on top lists every error with a link to its field; each field repeats its own.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms import widgets
from django.forms.renderers import TemplatesSetting


class PageBoundField(forms.BoundField):
    """Gives each control the class that the design system styles."""

    def build_widget_attrs(
        self, attrs: dict[str, Any], widget: widgets.Widget | None = None
    ) -> dict[str, Any]:
        built = super().build_widget_attrs(attrs, widget)
        control = widget or self.field.widget
        if not isinstance(control, widgets.RadioSelect | widgets.CheckboxInput):
            own = "form-select" if isinstance(control, widgets.Select) else "form-control"
            given = built.get("class") or control.attrs.get("class", "")
            built["class"] = f"{given} {own}".strip()
        return built

    @property
    def is_choice_of_few(self) -> bool:
        return isinstance(self.field.widget, widgets.RadioSelect)

    @property
    def is_tick(self) -> bool:
        return isinstance(self.field.widget, widgets.CheckboxInput)


class PageRenderer(TemplatesSetting):
    form_template_name = "web/form.html"
    field_template_name = "web/field.html"
    bound_field_class = PageBoundField
