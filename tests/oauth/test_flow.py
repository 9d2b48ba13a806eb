# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A person enters a module: codes, tokens, refusals."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client as Browser

from demo.personas import LUCA
from iam.kernel.permissions import Section
from iam.oauth.tokens.claims import ACCESS, IDENTITY
from iam.oauth.tokens.signing import opened
from iam.roles.types import CASE_MANAGER
from tests import world
from tests.oauth import ground
from tests.oauth.ground import Module, came_back

VERIFIER = "v" * 43


@pytest.fixture(autouse=True)
def open_bovezzo(db: None) -> None:
    ground.build()
    ground.open_comune(world.BOVEZZO, Section.PATTI)


@pytest.fixture
def module() -> Module:
    return Module().install()


def test_a_case_manager_enters_with_what_the_role_gives_in_the_comune(module: Module) -> None:
    luca = world.operator(LUCA, CASE_MANAGER)

    answer = module.enter(LUCA)

    rights = opened(answer["access_token"], kind=ACCESS)
    assert rights["sub"] == str(luca.id)
    assert rights["territory"] == [world.BOVEZZO]
    assert rights["aud"] == module.resource
    assert rights["grant"] == str(luca.held[0].grant)
    who = opened(answer["id_token"], kind=IDENTITY)
    assert (who["sub"], who["nonce"]) == (str(luca.id), "nonce-di-prova")
