# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A dishonest Amministratore writes another name on an operator, so that the register lies."""

from __future__ import annotations

from dataclasses import replace

import pytest

from demo.personas import LUCA
from iam.accounts.actions import enter
from iam.accounts.selectors import names_of
from iam.accounts.types import VerifiedIdentity
from tests import world
from tests.world import BOVEZZO

IDENTITY = VerifiedIdentity(
    codice_fiscale=LUCA.codice_fiscale,
    given_name=LUCA.given_name,
    family_name=LUCA.family_name,
    scheme="spid",
    idp="https://idp.example",
    level=2,
)


@pytest.mark.django_db
def test_the_name_written_by_who_accredits_gives_way_to_the_verified_one() -> None:
    world.build()
    false_name = replace(LUCA, given_name="Lucia")  # the same letters of the codice fiscale
    luca = world.indicate(false_name, "CASE_MANAGER", comune=BOVEZZO)
    assert names_of([luca]) == {luca: "Lucia Moretti"}

    enter(world.visitor(), identity=IDENTITY)

    assert names_of([luca]) == {luca: "Luca Moretti"}
