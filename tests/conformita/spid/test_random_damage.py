# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Random damage to a good Response: refused, or without any effect on who comes in."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from demo.personas import ELENA
from iam.saml.errors import ResponseRefused
from tests.saml.forging import forged, verdict

GOOD = forged()
ASSERTION_ONLY = forged(sign_response=False)
PATIENT = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None
)


def comes_in(document: bytes) -> str:
    """Return the codice fiscale that a document brings, empty if it is refused."""
    try:
        return verdict(document).codice_fiscale
    except ResponseRefused:
        return ""


@PATIENT
@given(
    document=st.sampled_from([GOOD, ASSERTION_ONLY]),
    place=st.floats(0, 1, exclude_max=True),
    put=st.binary(max_size=12),
    over=st.integers(0, 40),
)
def test_damaged_octets_never_change_the_person(
    document: bytes, place: float, put: bytes, over: int
) -> None:
    at = int(place * len(document))

    assert comes_in(document[:at] + put + document[at + over :]) in {"", ELENA.codice_fiscale}


@PATIENT
@given(data=st.data(), document=st.sampled_from([GOOD, ASSERTION_ONLY]))
def test_moved_and_copied_elements_never_change_the_person(
    data: st.DataObject, document: bytes
) -> None:
    root = etree.fromstring(document)
    nodes = list(root.iter(etree.Element))
    moved = data.draw(st.sampled_from(nodes[1:]))
    target = data.draw(st.sampled_from(nodes))
    if target is moved or moved in target.iterancestors():
        return
    target.insert(data.draw(st.integers(0, len(target))), moved)

    assert comes_in(etree.tostring(root)) in {"", ELENA.codice_fiscale}


@PATIENT
@given(document=st.binary(max_size=400))
def test_any_octets_are_refused_and_nothing_breaks(document: bytes) -> None:
    assert comes_in(document) == ""
