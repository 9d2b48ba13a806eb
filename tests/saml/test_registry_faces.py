# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The registry where people meet it: the button, the page of the providers, the commands."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from html import unescape
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django import Settings

from demo.personas import ANNA, ELENA
from iam.audit import clock
from iam.saml.checks import the_registry_is_pinned
from iam.saml.federation.certificate import make_certificate, store
from iam.saml.federation.service import service_provider
from iam.saml.registry.selectors import registry_warnings
from iam.saml.registry.signers import PUBLIC_PRIVATE_KEYS, fingerprint, is_public
from iam.saml.registry.tasks import refresh_registries
from tests import world
from tests.notifications.post import run_jobs
from tests.saml.browsing import events, load_providers
from tests.saml.forging import IDP, signer
from tests.saml.registering import (
    POSTE,
    SIELTE,
    TIM,
    USUAL,
    agid,
    entry,
    in_force,
    pem,
    registry,
    serving,
    state,
    take,
    waiting,
)
from tests.web.entering import browser_of

pytestmark = pytest.mark.django_db

REASON = "Verificato con AgID."


def pinned(settings: Settings, url: str, *paths: str) -> None:
    settings.SAML = settings.SAML | {"REGISTRIES": {"spid": {"URL": url, "SIGNERS": [*paths]}}}


# --- the button


def choices(page: str) -> list[str]:
    return [unescape(one) for one in re.findall(r'name="idp" value="([^"]+)"', page)]


@pytest.mark.norma("Avviso 42", "pulsante", "elenco completo, in ordine casuale")
def test_the_button_offers_every_provider_in_an_order_that_changes() -> None:
    many = [entry(f"https://idp{number}.example", signer("uno")) for number in range(8)]
    take(*many)

    orders = {tuple(choices(Client().get("/accesso/").content.decode())) for _ in range(6)}

    assert {frozenset(order) for order in orders} == {frozenset(one.entity_id for one in many)}
    assert len(orders) > 1


def test_the_button_works_without_scripts_and_asks_nobody_else() -> None:
    take(*USUAL)

    page = Client().get("/accesso/").content.decode()
    form = page[page.index('<details class="iam-spid"') : page.index("</details>")]

    assert form.count('<button type="submit" name="idp"') == 3
    assert 'method="post" action="/spid/login/"' in form
    assert "<script" not in form
    assert "onclick" not in form
    assert not re.findall(r'<(?:img|link|script|iframe)[^>]+"https?://', page)


def test_the_name_of_a_provider_cannot_write_in_the_page() -> None:
    take(entry(POSTE, name='<script>alert("x")</script>'))

    page = Client().get("/accesso/").content.decode()

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_a_provider_held_for_approval_is_not_offered() -> None:
    take(*USUAL)
    take(*USUAL, entry("https://nuovo.example"))

    assert "https://nuovo.example" not in choices(Client().get("/accesso/").content.decode())
    answer = Client().get("/spid/login/", {"idp": "https://nuovo.example"})
    assert answer.status_code == 404


# --- the page of the providers


def test_a_super_utente_approves_on_the_page_and_the_button_changes() -> None:
    world.build()
    world.super_utente()
    take(*USUAL)
    take(*USUAL, entry("https://nuovo.example", name="Nuovo gestore"))
    change = waiting()["https://nuovo.example"].pk
    elena = browser_of(ELENA)

    assert "Modifiche ai gestori" in elena.get("/").content.decode()
    assert "Nuovo gestore: Nuovo gestore" in elena.get("/gestori/").content.decode()
    assert "Niente" not in elena.get(f"/gestori/modifiche/{change}/").content.decode()
    answer = elena.post(f"/gestori/modifiche/{change}/approva/", {"reason": REASON})

    assert answer.status_code == 302
    assert "https://nuovo.example" in choices(Client().get("/accesso/").content.decode())
    shown = elena.get(f"/gestori/modifiche/{change}/").content.decode()
    assert "Già decisa" in shown
    assert REASON in shown
    assert "Niente da decidere" in elena.get("/gestori/").content.decode()
    again = elena.post(f"/gestori/modifiche/{change}/rifiuta/", {"reason": REASON})
    assert again.status_code == 409


def test_a_wrong_fingerprint_is_told_beside_its_field_and_the_right_one_is_not_shown() -> None:
    world.build()
    world.super_utente()
    take(*USUAL)
    other = signer("altro firmatario")
    take(*USUAL, by=other)
    mark = fingerprint(other.certificate)
    elena, change = browser_of(ELENA), waiting()[mark].pk

    answer = elena.post(
        f"/gestori/modifiche/{change}/approva/", {"reason": REASON, "fingerprint": "00" * 32}
    )

    assert answer.status_code == 400
    page = answer.content.decode()
    assert "impronta-diversa" in page
    assert mark not in page.lower().replace(" ", "")
    assert mark[:16] not in page.lower().replace(" ", "")
    right = {"reason": REASON, "fingerprint": mark}
    assert elena.post(f"/gestori/modifiche/{change}/approva/", right).status_code == 302


def test_who_is_not_a_super_utente_finds_no_page() -> None:
    world.build()
    world.amministratrice()
    take(*USUAL)
    take(entry(POSTE), entry(SIELTE))
    change, anna = waiting()[TIM].pk, browser_of(ANNA)

    assert anna.get("/gestori/").status_code == 403
    assert anna.get(f"/gestori/modifiche/{change}/").status_code == 403
    answer = anna.post(f"/gestori/modifiche/{change}/approva/", {"reason": REASON})
    assert answer.status_code == 403
    assert TIM in waiting()
    assert Client().get("/gestori/").status_code == 302


def test_the_probe_tells_a_registry_that_stands_still(settings: Settings) -> None:
    assert Client().get("/readyz").json()["warnings"] == []

    pinned(settings, "https://registro.example/")
    answer = Client().get("/readyz")

    assert answer.status_code == 200
    assert answer.json()["warnings"] == ["registro-spid-fermo"]


def test_our_own_certificate_near_its_end_is_told_three_months_before(
    settings: Settings, tmp_path: Path
) -> None:
    settings.SAML = settings.SAML | {
        "KEY": str(tmp_path / "spid.key"),
        "CERTIFICATE": str(tmp_path / "spid.pem"),
    }
    world.build()
    world.super_utente()
    at = clock.now()
    store(make_certificate(service_provider(), at=at - timedelta(days=1000)), service_provider())

    assert Client().get("/readyz").json()["warnings"] == []
    store(make_certificate(service_provider(), at=at - timedelta(days=1020)), service_provider())

    assert Client().get("/readyz").json()["warnings"] == ["nostro-certificato-in-scadenza"]
    page = browser_of(ELENA).get("/gestori/").content.decode()
    assert "Sta per scadere il nostro certificato" in page


# --- the job and the command


def test_the_job_takes_the_registry_and_looks_again_when_a_person_approves(
    settings: Settings, tmp_path: Path
) -> None:
    world.build()
    with serving(registry(*USUAL)) as served:
        pinned(settings, served.url, pem(agid(), tmp_path / "agid.pem"))
        refresh_registries(timestamp=1)
        assert set(in_force()) == {POSTE, SIELTE, TIM}
        refresh_registries(timestamp=2)
        assert len(served.asked) == 1

        other = signer("altro firmatario")
        served.body = registry(*USUAL, by=other)
        refresh_registries(timestamp=0)
        assert state().fault == "altro-firmatario"
        world.super_utente()
        mark = fingerprint(other.certificate)
        browser_of(ELENA).post(
            f"/gestori/modifiche/{waiting()[mark].pk}/approva/",
            {"reason": REASON, "fingerprint": mark},
        )
        assert "saml.registry" in run_jobs()

    assert state().fault == ""


def test_the_job_lives_through_a_dead_host(settings: Settings, tmp_path: Path) -> None:
    take(*USUAL)
    with serving() as served:
        pass
    pinned(settings, served.url, pem(agid(), tmp_path / "agid.pem"))

    refresh_registries(timestamp=0)

    assert set(in_force()) == {POSTE, SIELTE, TIM}
    assert state().fault == "registro-irraggiungibile"


def test_the_command_says_what_it_took_and_fails_on_a_bad_copy(
    settings: Settings, tmp_path: Path
) -> None:
    pinned(settings, "https://registro.example/", pem(agid(), tmp_path / "agid.pem"))
    file, out = tmp_path / "registro.xml", StringIO()
    file.write_bytes(registry(*USUAL))

    call_command("spid_registry", "--scheme", "spid", "--file", str(file), stdout=out)
    assert "3 gestori" in out.getvalue()

    file.write_bytes(registry(entry(POSTE), entry(SIELTE)))
    out = StringIO()
    call_command("spid_registry", "--scheme=spid", "--file", str(file), "--json", stdout=out)
    assert json.loads(out.getvalue())[0]["held"] == [str(waiting()[TIM].pk)]

    file.write_bytes(b"<a/>")
    with pytest.raises(CommandError, match="ultima copia buona"):
        call_command("spid_registry", "--scheme=spid", "--file", str(file), stdout=StringIO())
    assert len(events("saml.registry.failed")) == 1


def test_the_command_asks_for_what_it_needs(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="IAM_SPID_REGISTRY_URL"):
        call_command("spid_registry", stdout=StringIO())
    pinned(settings, "https://registro.example/", "x")
    with pytest.raises(CommandError, match="--scheme"):
        call_command("spid_registry", "--file", "x", stdout=StringIO())
    with pytest.raises(CommandError, match="non si legge"):
        call_command("spid_registry", "--scheme=spid", "--file", "/no", stdout=StringIO())


# --- providers of a folder, and production


def test_providers_of_a_folder_are_not_the_matter_of_the_registry() -> None:
    load_providers()

    take(*USUAL, entry(IDP))

    assert set(in_force()) == {POSTE, SIELTE, TIM}
    assert not waiting()


def test_a_folder_that_is_emptied_leaves_the_registry_alone(tmp_path: Path) -> None:
    from demo.idp.metadata import provider_metadata

    take(*USUAL)
    load_providers()
    (tmp_path / "idp.xml").write_bytes(provider_metadata(IDP, [signer()]))

    call_command("spid_idp_load", str(tmp_path), "--only", stdout=StringIO())

    assert set(in_force()) == {POSTE, SIELTE, TIM}


@pytest.mark.parametrize(
    ("url", "signer_file", "expected"),
    [
        ("https://registro.example/", "good", []),
        ("http://registro.example/", "good", ["saml.E005"]),
        ("https://registro.example/", "", ["saml.E004"]),
        ("https://registro.example/", "absent", ["saml.E004"]),
        ("", "good", ["saml.E004"]),
        ("https://registro.example/", "public", ["saml.E007"]),
    ],
)
def test_production_starts_only_with_a_pinned_registry(
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    url: str,
    signer_file: str,
    expected: list[str],
) -> None:
    path = pem(agid(), tmp_path / "agid.pem")
    if signer_file == "public":
        monkeypatch.setattr("iam.saml.registry.signers.is_public", lambda _: True)
    paths = {"good": [path], "public": [path], "absent": [str(tmp_path / "no")], "": []}
    pinned(settings, url, *paths[signer_file])
    settings.SAML = settings.SAML | {"FURTHER_PROVIDERS": False}

    assert [message.id for message in the_registry_is_pinned()] == expected


def test_a_signer_of_the_settings_that_cannot_be_read_trusts_nobody(
    settings: Settings, tmp_path: Path
) -> None:
    """Not even a copy without signature: the settings ask for one."""
    take(*USUAL)
    pinned(settings, "https://registro.example/", str(tmp_path / "no.pem"))
    file = tmp_path / "registro.xml"
    file.write_bytes(registry(*USUAL))

    call_command("spid_registry", "--scheme=spid", "--file", str(file), stdout=StringIO())

    assert waiting()[fingerprint(agid().certificate)].differences == ["altro-firmatario"]
    assert "registro-spid-certificato-illeggibile" in registry_warnings(at=clock.now())


def test_an_unsigned_registry_is_read_only_where_the_settings_name_no_signer(
    settings: Settings, tmp_path: Path
) -> None:
    """As the metadata of CIE, which only the site they come from vouches for."""
    from lxml import etree

    root = etree.fromstring(registry(*USUAL))
    signature = root.find("{http://www.w3.org/2000/09/xmldsig#}Signature")
    assert signature is not None
    root.remove(signature)
    file = tmp_path / "registro.xml"
    file.write_bytes(etree.tostring(root))
    pinned(settings, "https://registro.example/")

    call_command("spid_registry", "--scheme=spid", "--file", str(file), stdout=StringIO())

    assert not in_force()
    assert {tuple(one.differences) for one in waiting().values()} == {
        ("gestore-nuovo", "senza-firma")
    }


def test_keys_known_to_everybody_are_told_by_the_key_and_not_by_the_certificate() -> None:
    assert not is_public(agid().certificate)
    assert all(re.fullmatch("[0-9a-f]{64}", mark) for mark in PUBLIC_PRIVATE_KEYS)
