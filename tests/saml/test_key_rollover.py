# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Changing our own key: nobody is thrown out, and no interruption leaves us without one."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django import Settings

from iam.saml.federation.certificate import (
    next_paths,
    previous_paths,
    published_certificates,
    signing_key,
    switch,
)
from iam.saml.federation.service import service_provider
from iam.saml.signing.verifying import verified
from iam.saml.xml.names import PREFIXES
from iam.saml.xml.reading import parsed


@pytest.fixture(autouse=True)
def keys(settings: Settings, tmp_path: Path) -> None:
    """A service provider with a key of its own, in a folder of the test."""
    settings.SAML = settings.SAML | {
        "KEY": str(tmp_path / "spid.key"),
        "CERTIFICATE": str(tmp_path / "spid.pem"),
    }
    call_command("spid_certificate", stdout=StringIO())


def told(*arguments: str) -> str:
    out = StringIO()
    call_command("spid_certificate", *arguments, stdout=out)
    return out.getvalue()


def in_use() -> bytes:
    return signing_key(service_provider()).certificate


def shown() -> int:
    """Return how many keys our metadata show; they are signed by the one in use."""
    root = parsed(Client().get("/spid/metadata/").content)
    verified(root, [in_use()])
    return len(root.findall("md:SPSSODescriptor/md:KeyDescriptor", PREFIXES))


@pytest.mark.norma("SPID RT", "metadata SP", "due chiavi durante il cambio")
def test_the_three_steps_of_a_change_of_key_always_publish_the_key_in_use() -> None:
    old, entity_id = in_use(), service_provider().entity_id
    assert shown() == 1

    assert "AgID" in told("--next")
    assert (in_use(), shown()) == (old, 2)

    told("--switch")
    new = in_use()
    assert new != old
    assert set(published_certificates(service_provider())) == {old, new}
    assert shown() == 2

    told("--retire")
    assert (in_use(), shown()) == (new, 1)
    assert not previous_paths(service_provider())[0].exists()
    assert service_provider().entity_id == entity_id


def test_a_running_service_signs_with_the_new_key_without_a_restart() -> None:
    old = in_use()
    told("--next")

    told("--switch")

    assert in_use() != old


@pytest.mark.parametrize("finished", [False, True])
def test_a_switch_cut_in_half_still_signs_with_a_published_key(finished: bool) -> None:
    """The rename of the key is the one moment: here the certificate has not followed yet."""
    told("--next")
    us = service_provider()
    next_key, next_certificate = next_paths(us)
    previous_paths(us)[1].write_bytes(us.certificate_path.read_bytes())
    next_key.replace(us.key_path)
    if finished:
        switch(us)

    assert shown() == 2
    assert next_certificate.exists() is not finished


def test_steps_out_of_turn_are_refused_with_what_to_do() -> None:
    for step, why in (("--switch", "prima --next"), ("--retire", "Non c'è una chiave vecchia")):
        with pytest.raises(CommandError, match=why):
            told(step)
    told("--next")
    with pytest.raises(CommandError, match="c'è già"):
        told("--next")
    told("--switch")
    with pytest.raises(CommandError, match="prima --retire"):
        told("--next")


def test_the_list_of_certificates_says_which_is_in_use() -> None:
    told("--next")

    lines = told("--show").splitlines()

    assert len(lines) == 2
    assert lines[0].endswith("in uso")
    assert lines[1].endswith("solo pubblicato")


def test_private_keys_are_readable_by_nobody_else() -> None:
    told("--next")
    assert next_paths(service_provider())[0].stat().st_mode & 0o777 == 0o600

    told("--switch")

    for path in (service_provider().key_path, previous_paths(service_provider())[0]):
        assert path.stat().st_mode & 0o777 == 0o600


def test_a_key_without_its_certificate_signs_nothing() -> None:
    us = service_provider()
    other = us.certificate_path.read_bytes()
    us.key_path.unlink()
    us.certificate_path.unlink()
    told()
    us.certificate_path.write_bytes(other)

    with pytest.raises(ValueError, match="nessun certificato"):
        in_use()
