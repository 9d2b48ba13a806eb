# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The registry where only commits show the truth: a full disk, two workers."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import OperationalError, connection

from iam.saml.models import RegistryCopy
from tests.saml.forging import signer
from tests.saml.registering import (
    POSTE,
    SIELTE,
    TIM,
    USUAL,
    entry,
    keys_of,
    registry,
    take,
    take_document,
    waiting,
)


def test_a_write_that_fails_halfway_leaves_the_last_good_copy(committed_db: str, owner_db) -> None:  # type: ignore[no-untyped-def]  # a connection
    """As on a disk that is full: PostgreSQL refuses, and the whole copy is undone."""
    take(*USUAL)
    owner_db.execute(
        """CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$
           BEGIN RAISE EXCEPTION 'no space left' USING ERRCODE = 'disk_full'; END $$;
           CREATE TRIGGER full_disk BEFORE UPDATE ON saml_identity_provider
           FOR EACH ROW EXECUTE FUNCTION full_disk()"""
    )
    owner_db.commit()

    with pytest.raises(OperationalError):
        take(entry(POSTE, signer(POSTE), signer("poste nuova")), entry(SIELTE), entry(TIM))

    assert keys_of(POSTE) == {signer(POSTE).certificate}
    assert RegistryCopy.objects.count() == 1
    owner_db.execute("DROP TRIGGER full_disk ON saml_identity_provider")
    owner_db.commit()
    taken = take(entry(POSTE, signer(POSTE), signer("poste nuova")), entry(SIELTE), entry(TIM))
    assert taken.applied == (POSTE,)


def test_two_workers_at_once_take_a_copy_once(committed_db: str) -> None:
    take(*USUAL)
    document = registry(entry(POSTE), entry(SIELTE), entry("https://nuovo.example"))

    def look(_: int) -> int:
        try:
            return len(take_document(document).held)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as workers:
        held = sorted(workers.map(look, range(2)))

    assert held == [0, 2]
    assert set(waiting()) == {TIM, "https://nuovo.example"}
    assert RegistryCopy.objects.count() == 2
