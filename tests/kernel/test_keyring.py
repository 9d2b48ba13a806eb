# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Keys outside the database: pseudonyms that do not reverse, bytes that cannot be swapped."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag

from iam.kernel import keyring
from iam.kernel.keyring import Epoch, Keyring

OLD = Epoch(1, b"p" * 32, b"e" * 32)
NEW = Epoch(2, b"q" * 32, b"f" * 32)


def test_a_pseudonym_ignores_case_and_blanks_and_depends_on_the_key() -> None:
    assert Keyring([OLD]).pseudonym("abc 12") == Keyring([OLD]).pseudonym("ABC12")
    assert Keyring([OLD]).pseudonym("ABC12") != Keyring([NEW]).pseudonym("ABC12")


def test_after_the_epoch_turns_old_pseudonyms_are_still_found_and_old_bytes_still_read() -> None:
    before, after = Keyring([OLD]), Keyring([OLD, NEW])
    sealed = before.encrypt(b"dato", about=b"riga")

    assert before.pseudonym("X") in after.pseudonyms("X")
    assert after.pseudonym("X") != before.pseudonym("X")
    assert after.decrypt(sealed, about=b"riga") == b"dato"


def test_bytes_moved_to_another_row_do_not_open() -> None:
    ring = Keyring([OLD])

    with pytest.raises(InvalidTag):
        ring.decrypt(ring.encrypt(b"dato", about=b"riga 1"), about=b"riga 2")


def test_the_file_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "keyring.json"

    keyring.create(path)
    first = path.read_text()
    keyring.create(path)

    assert path.read_text() == first
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(json.loads(first)["epochs"]) == 1


def test_a_missing_keyring_is_an_error_and_never_a_new_key(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        keyring.load(tmp_path / "keyring.json")
