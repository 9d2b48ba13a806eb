# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later

"""Tables of django-tables2, all with our one template."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables  # type: ignore[import-untyped]  # it has no type marker
from django.utils.html import format_html
from django.utils.safestring import SafeString

from iam.web.templatetags.bi import badge


class AmbitiTable(tables.Table):  # type: ignore[misc]  # untyped
    """The Ambiti of the network; the order is the natural one unless a column is chosen."""

    caption = "Ambiti e stato dell'accreditamento"
    denominazione = tables.Column(verbose_name="Ambito", order_by=("sort_key",))
    regione = tables.Column(verbose_name="Regione", order_by=("regione__sort_key", "sort_key"))
    state = tables.Column(verbose_name="Stato")
    contact_name = tables.Column(
        verbose_name="Persona indicata", order_by=("contact_family_name",), empty_values=()
    )

    class Meta:
        template_name = "web/tables/stacked.html"
        order_by_field = "ordine"

    def __init__(self, *args: Any, states: dict[str, tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, order_by_field="ordine", **kwargs)
        self.states = states

    def render_denominazione(self, value: str, record: Any) -> SafeString:
        return format_html('<a href="/ambiti/{}/">{}</a>', record.pk, value)

    def render_state(self, value: str) -> SafeString:
        label, tone = self.states[value]
        return badge(label, tone)

    def render_contact_name(self, record: Any) -> str:
        return f"{record.contact_name} {record.contact_family_name}".strip() or "—"
