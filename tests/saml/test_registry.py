# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The registry of identity providers: what a new copy may change by itself, and what waits."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from threading import Event

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from lxml import etree
from pytest_django import Settings

from demo.idp.keys import Signer, new_signer
from demo.idp.responses import build
from demo.personas import ANNA
from iam.audit import clock
from iam.kernel.actor import Actor
from iam.kernel.errors import Denied, NotFound
from iam.saml.models import RegistryCopy, TrustedSigner
from iam.saml.registry.actions import approve_change, refuse_change
from iam.saml.registry.errors import (
    ChangeSettled,
    FingerprintDiffers,
    ProviderRepeated,
    ReasonMissing,
    RegistryAddressForbidden,
    RegistryEmpty,
    RegistryExpired,
    RegistryRefused,
    RegistryTooLarge,
    RegistryUnreachable,
    RegistryUnreadable,
    RegistryUnsigned,
    SignerIsPublic,
)
from iam.saml.registry.fetching import fetch
from iam.saml.registry.refreshing import refresh
from iam.saml.registry.selectors import (
    change_with,
    due,
    open_changes,
    providers_in_force,
    registry_warnings,
)
from iam.saml.registry.signers import PUBLIC_PRIVATE_KEYS, fingerprint, spoken
from iam.saml.selectors import identity_providers
from iam.saml.types import Scheme
from tests import world
from tests.saml.browsing import events, leave_for_provider
from tests.saml.forging import signer
from tests.saml.registering import (
    POSTE,
    SIELTE,
    TIM,
    USUAL,
    agid,
    entry,
    in_force,
    keys_of,
    registry,
    serving,
    source,
    state,
    take,
    take_document,
    waiting,
)

pytestmark = pytest.mark.django_db

REASON = "Verificato con AgID, PEC del 20/11/2026."


def super_utente() -> Actor:
    world.build()
    return world.super_utente()


def key_mark(one: Signer) -> str:
    """Return what names the key of `one`, whatever certificate carries it."""
    key = x509.load_der_x509_certificate(one.certificate).public_key()
    return sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()


# --- what is taken


@pytest.mark.norma("Avviso 42", "elenco dei gestori", "il pulsante segue il registro da solo")
def test_the_first_copy_of_the_pinned_signer_is_taken_whole() -> None:
    taken = take(*USUAL)

    assert taken.first
    assert set(in_force()) == {POSTE, SIELTE, TIM}
    assert [p.entity_id for p in identity_providers()] == sorted([POSTE, SIELTE, TIM])
    assert not waiting()
    assert len(events("saml.registry.checked")) == 1


def test_the_same_copy_again_changes_nothing_and_is_on_record() -> None:
    document = registry(*USUAL)
    take_document(document)

    taken = take_document(document)

    assert (taken.applied, taken.held) == ((), ())
    assert RegistryCopy.objects.count() == 1
    assert len(events("saml.registry.checked")) == 2


@pytest.mark.norma("SPID RT", "metadata IdP", "due certificati durante il cambio di chiave")
def test_a_new_certificate_beside_the_old_is_applied_at_once() -> None:
    take(*USUAL)
    old, new = signer(POSTE), signer("poste nuova")

    taken = take(entry(POSTE, old, new), entry(SIELTE), entry(TIM))

    assert taken.applied == (POSTE,)
    assert keys_of(POSTE) == {old.certificate, new.certificate}
    assert not waiting()
    (event,) = events("saml.provider.changed")[3:]
    assert b"chiave-aggiunta" in bytes(event.body)


def test_an_expired_certificate_beside_a_good_one_leaves_at_once() -> None:
    expired = new_signer(bits=2048, at=clock.now() - timedelta(days=900))
    take(entry(POSTE, signer(POSTE), expired))

    take(entry(POSTE, signer(POSTE)))

    assert keys_of(POSTE) == {signer(POSTE).certificate}
    assert not waiting()


def test_a_new_name_and_a_new_path_on_the_same_site_are_applied() -> None:
    take(*USUAL)

    taken = take(
        entry(POSTE, name="Poste, nome nuovo"),
        entry(SIELTE, site=f"{SIELTE}/v2"),
        entry(TIM),
    )

    assert set(taken.applied) == {POSTE, SIELTE}
    assert in_force()[POSTE].name == "Poste, nome nuovo"
    assert in_force()[SIELTE].sso_post == f"{SIELTE}/v2/sso"


# --- what waits for a person


def test_a_new_provider_waits_for_a_person() -> None:
    take(*USUAL)

    taken = take(*USUAL, entry("https://nuovo.example"))

    assert set(in_force()) == {POSTE, SIELTE, TIM}
    assert waiting()["https://nuovo.example"].differences == ["gestore-nuovo"]
    assert [str(one) for one in taken.held] == [str(waiting()["https://nuovo.example"].pk)]


def test_a_provider_that_left_the_registry_stays_until_a_person_agrees() -> None:
    take(*USUAL)

    take(entry(POSTE), entry(SIELTE))

    assert TIM in in_force()
    assert waiting()[TIM].differences == ["gestore-tolto"]
    approve_change(super_utente(), change=waiting()[TIM].pk, reason=REASON)
    assert TIM not in in_force()


def test_a_provider_on_another_site_waits_and_people_still_go_to_the_old_one() -> None:
    take(*USUAL)

    take(entry(POSTE, site="https://ladro.example"), entry(SIELTE), entry(TIM))

    assert in_force()[POSTE].sso_post == f"{POSTE}/sso"
    assert waiting()[POSTE].differences == ["altro-sito"]


def test_keys_all_replaced_at_once_wait() -> None:
    take(*USUAL)

    take(entry(POSTE, signer("ladro")), entry(SIELTE), entry(TIM))

    assert keys_of(POSTE) == {signer(POSTE).certificate}
    assert waiting()[POSTE].differences == ["chiavi-sostituite"]


def test_a_certificate_still_in_date_that_disappears_stays_in_use_until_a_person_agrees() -> None:
    """The provider may still sign with it: whoever logs in now must not be thrown out."""
    both = (signer(POSTE), signer("poste nuova"))
    take(entry(POSTE, *both), entry(SIELTE))

    take(entry(POSTE, both[1]), entry(SIELTE))

    assert keys_of(POSTE) == {one.certificate for one in both}
    assert waiting()[POSTE].differences == ["chiave-tolta"]
    approve_change(super_utente(), change=waiting()[POSTE].pk, reason=REASON)
    assert keys_of(POSTE) == {both[1].certificate}


def test_what_the_registry_no_longer_says_is_no_longer_asked() -> None:
    take(*USUAL)
    take(*USUAL, entry("https://nuovo.example"))
    change = waiting()["https://nuovo.example"].pk

    take(*USUAL, entry("https://altro-nuovo.example"))

    assert set(waiting()) == {"https://altro-nuovo.example"}
    with pytest.raises(ChangeSettled):
        approve_change(super_utente(), change=change, reason=REASON)


def test_what_was_refused_is_not_asked_again_until_it_changes() -> None:
    take(*USUAL)
    moved = entry(POSTE, site="https://ladro.example")
    take(moved)
    refuse_change(super_utente(), change=waiting()[POSTE].pk, reason=REASON)

    take(moved)
    assert POSTE not in waiting()

    take(entry(POSTE, site="https://altro-ladro.example"))
    assert POSTE in waiting()


# --- signers


def test_a_copy_of_another_signer_waits_and_changes_nothing() -> None:
    take(*USUAL)
    checked = state().checked_at

    taken = take(*USUAL, entry("https://nuovo.example"), by=signer("altro firmatario"))

    mark = fingerprint(signer("altro firmatario").certificate)
    assert len(taken.held) == 1
    assert waiting()[mark].differences == ["altro-firmatario"]
    assert set(in_force()) == {POSTE, SIELTE, TIM}
    assert (state().checked_at, state().fault) == (checked, "altro-firmatario")


def test_a_new_signer_is_trusted_only_with_its_fingerprint_had_from_elsewhere() -> None:
    take(*USUAL)
    other = signer("altro firmatario")
    take(*USUAL, by=other)
    mark = fingerprint(other.certificate)
    change, elena = waiting()[mark].pk, super_utente()

    for wrong in ("", "00" * 32, mark[:16]):
        with pytest.raises(FingerprintDiffers):
            approve_change(elena, change=change, reason=REASON, fingerprint_typed=wrong)
    assert not TrustedSigner.objects.exists()

    approve_change(elena, change=change, reason=REASON, fingerprint_typed=spoken(mark))
    taken = take(*USUAL, by=other)

    assert taken.held == ()
    assert state().fault == ""
    assert TrustedSigner.objects.get().trusted_by == elena.id


def test_a_signer_whose_private_key_is_public_is_refused_even_if_it_is_pinned(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """AgID signed its own registry with such a key in 2023."""
    take(*USUAL)
    leaked = signer("chiave di tutti")
    mark = key_mark(leaked)
    take(*USUAL, by=leaked)
    change = waiting()[fingerprint(leaked.certificate)].pk
    monkeypatch.setitem(PUBLIC_PRIVATE_KEYS, mark, "prova")

    with pytest.raises(SignerIsPublic):
        take(*USUAL, by=leaked)
    with pytest.raises(SignerIsPublic):
        approve_change(
            super_utente(),
            change=change,
            reason=REASON,
            fingerprint_typed=fingerprint(leaked.certificate),
        )
    monkeypatch.setattr("tests.saml.registering.agid", lambda: leaked)
    with pytest.raises(SignerIsPublic):
        take(*USUAL)
    assert set(in_force()) == {POSTE, SIELTE, TIM}


def test_the_key_that_signed_the_registry_of_2023_is_on_the_list() -> None:
    assert "e2f808c704ef57cdf90ec7a6b7c00d10f6be50609b4d9bfe925f06fdfcea40d0" in (
        PUBLIC_PRIVATE_KEYS
    )


def test_a_provider_whose_private_key_is_public_is_never_offered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(PUBLIC_PRIVATE_KEYS, key_mark(signer("nota")), "prova")

    take(entry(POSTE), entry(SIELTE, signer("nota")))

    assert set(in_force()) == {POSTE}
    assert "pubblica" in state().unusable[SIELTE]


# --- hostile copies


def spoiled(document: bytes, old: bytes, new: bytes) -> bytes:
    assert old in document
    return document.replace(old, new, 1)


def unsigned() -> bytes:
    root = etree.fromstring(registry(*USUAL))
    root.remove(root.find("{http://www.w3.org/2000/09/xmldsig#}Signature"))  # type: ignore[arg-type]  # it is there
    return etree.tostring(root)


@pytest.mark.parametrize(
    ("document", "refusal"),
    [
        (lambda: b"non XML", RegistryUnreadable),
        (lambda: b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', RegistryUnreadable),
        (lambda: b"<a/>", RegistryUnreadable),
        (unsigned, RegistryUnsigned),
        (lambda: spoiled(registry(*USUAL), b"poste.example", b"ladro.example"), RegistryUnsigned),
        (lambda: registry(), RegistryUnreadable),
        (lambda: registry(entry(POSTE), entry(POSTE)), ProviderRepeated),
        (lambda: registry(*USUAL, validUntil="2020-01-01T00:00:00Z"), RegistryExpired),
        (lambda: registry(entry(POSTE, new_signer(bits=1024))), RegistryEmpty),
        (lambda: b" " * (4 * 1024 * 1024 + 1), RegistryUnreadable),
    ],
    ids=[
        *("not-xml", "dtd", "other-xml", "unsigned", "changed-after-signing", "empty"),
        *("repeated", "expired", "weak-keys", "too-large"),
    ],
)
def test_a_hostile_copy_leaves_the_last_good_one_in_force(
    document: Callable[[], bytes],
    refusal: type[RegistryRefused],
) -> None:
    take(*USUAL)
    before, checked = in_force().keys(), state().checked_at
    with pytest.raises(refusal):
        take_document(document())

    assert in_force().keys() == before
    assert (state().checked_at, state().fault) == (checked, refusal.code)
    (failed,) = events("saml.registry.failed")
    assert refusal.code.encode() in bytes(failed.body)


def test_an_older_copy_does_not_come_back_by_itself() -> None:
    older = registry(*USUAL, entry("https://compromesso.example"))
    take_document(older)
    take(*USUAL)
    approve_change(
        super_utente(), change=waiting()["https://compromesso.example"].pk, reason=REASON
    )
    assert "https://compromesso.example" not in in_force()

    taken = take_document(older)

    (change,) = taken.held
    assert waiting()[next(iter(waiting()))].pk == change
    assert state().fault == "copia-precedente"
    assert set(in_force()) == {POSTE, SIELTE, TIM}


def test_a_copy_that_ends_sooner_than_ours_is_an_older_one() -> None:
    def until(days: int) -> str:
        return f"{clock.now() + timedelta(days=days):%Y-%m-%dT%H:%M:%SZ}"

    take(*USUAL, validUntil=until(30))

    taken = take(*USUAL, validUntil=until(20))

    assert len(taken.held) == 1
    assert state().fault == "copia-precedente"
    assert take(*USUAL, validUntil=until(40)).held == ()


def test_who_decides_may_bring_an_older_copy_back() -> None:
    older = registry(*USUAL)
    take_document(older)
    take(*USUAL)
    take_document(older)
    (change,) = waiting().values()

    approve_change(super_utente(), change=change.pk, reason=REASON)
    taken = take_document(older)

    assert (taken.held, state().fault) == ((), "")


# --- who decides


def test_only_a_super_utente_decides() -> None:
    take(*USUAL)
    take(entry(POSTE), entry(SIELTE))
    world.build()
    change = waiting()[TIM].pk

    for other in (world.amministratrice(), world.rpd(), world.actor(ANNA)):
        for verb in (approve_change, refuse_change):
            with pytest.raises(Denied):
                verb(other, change=change, reason=REASON)
        assert not open_changes(other).exists()
        assert providers_in_force(other) == []
        with pytest.raises(NotFound):
            change_with(other, change)

    assert TIM in waiting()
    assert TIM in in_force()
    assert len(events("audit.action.denied")) == 6


def test_a_decision_has_a_reason_and_leaves_evidence() -> None:
    take(*USUAL)
    take(entry(POSTE), entry(SIELTE))
    elena, change = super_utente(), waiting()[TIM].pk

    with pytest.raises(ReasonMissing):
        approve_change(elena, change=change, reason="  ")
    assert TIM in in_force()
    refuse_change(elena, change=change, reason=REASON)

    (event,) = events("saml.change.refused")
    assert event.actor == elena.id
    assert REASON.encode() in bytes(event.body)
    with pytest.raises(ChangeSettled):
        approve_change(elena, change=change, reason=REASON)


def test_someone_at_a_provider_comes_back_while_its_certificate_waits_to_be_removed(
    spid_keys: dict[str, str], settings: Settings
) -> None:
    settings.SAML = {**settings.SAML, **spid_keys}
    both = (signer(POSTE), signer("poste nuova"))
    take(entry(POSTE, *both))
    trip = leave_for_provider(idp=POSTE)
    answer = build(trip.answer(identity_provider=POSTE), signer(POSTE))

    take(entry(POSTE, both[1]))

    assert trip.back(answer).status_code == 302


# --- what who watches the service is told


def pinned(settings: Settings, url: str) -> None:
    settings.SAML = settings.SAML | {"REGISTRIES": {"spid": {"URL": url}}}


def test_a_copy_older_than_three_days_is_told(settings: Settings) -> None:
    pinned(settings, "https://registro.example/")
    assert "registro-spid-fermo" in registry_warnings(at=clock.now())

    take(*USUAL)

    assert registry_warnings(at=clock.now()) == ()
    late = clock.now() + timedelta(days=3, minutes=1)
    assert registry_warnings(at=late) == ("registro-spid-fermo",)


def test_certificates_near_their_end_are_told(settings: Settings) -> None:
    pinned(settings, "https://registro.example/")
    old = new_signer(bits=2048, at=clock.now() - timedelta(days=710))

    take(entry(POSTE, old), by=agid())

    assert registry_warnings(at=clock.now()) == ("gestori-certificati-in-scadenza",)


def test_after_a_failure_the_job_looks_again_sooner() -> None:
    def is_due(seconds: float) -> bool:
        at = clock.now() + timedelta(seconds=seconds)
        return due(Scheme.SPID, at=at, every=3300, after_fault=540)

    assert is_due(0)
    take(*USUAL)
    assert not is_due(600)
    assert is_due(3400)
    with pytest.raises(RegistryUnreadable):
        take_document(b"")
    assert is_due(600)


# --- fetching


def look(url: str, **options: float) -> bytes:
    return fetch(url, **options)


def test_a_registry_served_over_http_is_taken() -> None:
    with serving(registry(*USUAL)) as served:
        refresh(source(served.url), at=clock.now())

    assert set(in_force()) == {POSTE, SIELTE, TIM}


def test_an_oversized_answer_is_cut_off_even_if_compressed() -> None:
    with serving(gzip.compress(b" " * 5_000_000)) as served:
        served.headers = {"Content-Encoding": "gzip"}
        with pytest.raises(RegistryTooLarge):
            look(served.url)


def test_a_dead_host_and_a_sick_one_leave_the_last_good_copy() -> None:
    take(*USUAL)
    with serving() as served:
        served.status = 500
        with pytest.raises(RegistryUnreachable):
            refresh(source(served.url), at=clock.now())
    with pytest.raises(RegistryUnreachable):
        refresh(source(served.url), at=clock.now())

    assert set(in_force()) == {POSTE, SIELTE, TIM}
    assert state().fault == "registro-irraggiungibile"


def test_a_server_that_drips_its_answer_is_cut_off() -> None:

    with serving() as served:
        served.drip = Event()
        with pytest.raises(RegistryUnreachable, match="irraggiungibile"):
            look(served.url, whole_seconds=0.2)


def test_a_redirect_stays_on_its_host() -> None:
    with serving() as served, serving(b"altrove") as other:
        served.status = 302
        served.headers = {"Location": other.url}
        with pytest.raises(RegistryAddressForbidden):
            look(served.url)
        served.headers = {"Location": "/entities-idp"}
        with pytest.raises(RegistryUnreachable):
            look(served.url)

        assert other.asked == []
        assert len(served.asked) == 5


def test_in_production_only_https_is_asked(settings: Settings) -> None:
    settings.SAML = settings.SAML | {"FURTHER_PROVIDERS": False}
    with serving(b"") as served:
        with pytest.raises(RegistryAddressForbidden):
            look(served.url)

        assert served.asked == []
