# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later

"""A small Italy in every state that a page can show, and the sessions of its people."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import UUID

import psycopg
from django.conf import settings
from django.db import connections
from django.test import override_settings

from demo.idp.responses import build, build_failure
from demo.pec.certify import ProviderKey
from demo.pec.compose import authorisation_note
from demo.personas import ANNA, ELENA, FRANCA, GIORGIO, GIULIA, LUCA, MARCO, NORA, PIETRO, Persona
from demo.trust.signing import Form, sign
from iam.accounts.actions import link_identity
from iam.accounts.selectors import foreign_identities
from iam.audit import clock
from iam.audit.ledger import keys
from iam.audit.models import AuditEvent
from iam.audit.sequencer.sequencing import Sequencer
from iam.convenzioni import actions as convenzioni
from iam.convenzioni import selectors as convenzioni_selectors
from iam.convenzioni.uploads.judging import judge, submit_signed_file
from iam.enti.selectors import comune_with
from iam.kernel.actor import Actor
from iam.kernel.permissions import Permission
from iam.roles.accreditation import actions, judging, selectors
from iam.roles.accreditation.types import CandidateForm
from iam.roles.models import Grant
from iam.roles.types import CASE_MANAGER, COORDINATORE_PATTI, RESPONSABILE_CONTROLLI
from iam.saml.models import LoginRecord
from iam.saml.register.actions import report_anomaly, set_hold
from iam.saml.types import Scheme
from iam.signatures.actions import load_trust_list
from iam.signatures.types import Outcome
from tests import cluster, world
from tests.notifications.post import Inbox, letter_from, run_jobs
from tests.saml import forging, registering
from tests.saml.browsing import (
    leave_for_provider,
    load_other_federations,
    load_providers,
    said_by,
)
from tests.saml.forging import signer
from tests.signatures.trial import Trial, trial
from tests.web.entering import session_of
from tests.world import BOVEZZO, CONCESIO, CURTATONE, MANTOVA, NAVE

PDF = "application/pdf"


@dataclass
class Town:
    """What the visits need to know: sessions by persona key, and identifiers by name."""

    trial: Trial
    sessions: dict[str, str] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)

    def address(self, template: str) -> str:
        return template.format(**self.ids)

    def signed(self, content: bytes, who: str, form: Form = Form.PADES) -> bytes:
        return sign(content, who, form, pki=self.trial.pki)


@contextmanager
def built_town(spid_keys: Mapping[str, str]) -> Iterator[Town]:
    """Yield the town, in the database that is in use; it commits.

    It is built in a thread of its own: Playwright's event loop runs in the tests' thread, and
    signing a document needs one too.
    """
    tried = trial()
    registries = {"spid": {"URL": registering.source().url}}
    federation = {**settings.SAML, **spid_keys, "REGISTRIES": registries}
    with (
        override_settings(SIGNATURES=tried.settings, SAML=federation),
        ThreadPoolExecutor(1) as elsewhere,
    ):
        town = Town(tried)
        elsewhere.submit(_build, town).result()
        yield town


def _build(town: Town) -> None:
    world.build()
    loader = Actor.system("tests", may={Permission.TRUST_LIST_LOAD}, at=clock.now())
    load_trust_list(loader, content=town.trial.trust_list)
    load_providers()
    load_other_federations()
    _providers(town)
    _comuni(town)
    _operators(town)
    _practices(town)
    _log_ins(town)
    _identities(town)
    _register(town)
    for persona in (ANNA, ELENA, FRANCA, LUCA, MARCO, NORA, PIETRO):
        town.sessions[persona.key] = session_of(persona)
    connections.close_all()


def _providers(town: Town) -> None:
    """Three providers of the registry; one moves and one is new, and a stranger signs."""
    registering.take(*registering.USUAL)
    moved = registering.entry(registering.POSTE, site="https://accesso-poste.example")
    new = registering.entry("https://nuovo-gestore.example", name="Nuovo Gestore S.p.A.")
    registering.take(moved, new, *registering.USUAL[1:])
    registering.take(*registering.USUAL, by=forging.signer("un altro firmatario"))
    changes = registering.waiting()
    town.ids["moved"] = str(changes[registering.POSTE].pk)
    town.ids["signer"] = next(
        str(one.pk) for one in changes.values() if "altro-firmatario" in one.differences
    )


def _log_ins(town: Town) -> None:
    """Elena came in, and Franca holds the record; a provider refused a request of ours."""
    trip = leave_for_provider()
    trip.back()
    faulted = leave_for_provider()
    faulted.back(build_failure(faulted.answer(), signer(), number=11))
    reference = LoginRecord.objects.get(request_id=trip.request_id).reference
    set_hold(
        world.rpd(),
        reference=reference,
        act="Richiesta dell'autorità giudiziaria, protocollo 12 del 3/11/2026",
        reason="Accertamento in corso.",
    )
    elena = world.super_utente()
    notice = report_anomaly(
        elena,
        reference=reference,
        what="La persona dichiara di non essere entrata a quell'ora.",
        noticed_on=elena.on,
    )
    town.ids |= {"login": reference, "notice": str(notice)}


def _comuni(town: Town) -> None:
    """Bovezzo enabled, Concesio refused, Nave untouched, Mantova suspended, Curtatone verified."""
    for code in (CONCESIO, NAVE, MANTOVA, CURTATONE):
        world.represent(comune_with(code).ente_id, GIORGIO, office="Sindaco")
    anna, marco = world.amministratrice, world.amministratore_altrove
    town.ids["bovezzo"] = _upload(town, anna, BOVEZZO, "giorgio")
    town.ids["concesio"] = _upload(town, anna, CONCESIO, "pietro")
    _upload(town, marco, MANTOVA, "giorgio")
    _upload(town, marco, CURTATONE, "giorgio", Form.CADES)
    _enable(anna(), BOVEZZO)
    _enable(marco(), MANTOVA)
    convenzioni.suspend_comune(marco(), comune=MANTOVA, reason="Verifica di un accesso anomalo.")


def _upload(
    town: Town, by: Callable[[], Actor], comune: str, who: str, form: Form = Form.PADES
) -> str:
    convenzioni.prepare_convenzione(by(), comune=comune)
    _, document = convenzioni.download_convenzione(by(), comune=comune)
    name = "Convenzione.pdf" if form is Form.PADES else "Convenzione.pdf.p7m"
    upload = submit_signed_file(
        by(),
        comune=comune,
        content=town.signed(document, who, form),
        name=name,
        media_type=PDF,
    )
    _settle(upload, by=by)
    return str(upload)


def _settle(upload: UUID, *, by: Callable[[], Actor]) -> None:
    """Judge again what a slow machine left undecided, as the worker does each minute."""
    for _ in range(3):
        verdict = convenzioni_selectors.verdict_of(by(), upload=upload)
        if verdict is not None and verdict.outcome is not Outcome.INDETERMINATE:
            return
        judge(upload, at=clock.now())


def _enable(by: Actor, comune: str) -> None:
    last = convenzioni_selectors.uploads_of(by, comune=comune)[0]
    convenzioni.enable_comune(by, comune=comune, report_hash=last.report_hash)


def _operators(town: Town) -> None:
    world.operator(LUCA, CASE_MANAGER)
    world.operator(LUCA, COORDINATORE_PATTI, comune=CONCESIO)
    world.operator(GIULIA, RESPONSABILE_CONTROLLI)
    world.super_utente()
    world.rpd()
    town.ids["grant"] = str(Grant.objects.filter(person=world.person(GIULIA).pk).get().pk)


def _practices(town: Town) -> None:
    """Mantova has its documents; Brescia waits for Pietro's countersignature."""
    inbox = Inbox()
    pki = town.trial.pki
    key = ProviderKey.load(
        key=pki.key_path("pec"),
        certificate=pki.certificate("pec").dump(),
        chain=[pki.certificate("pec-ca").dump()],
    )
    for ambito, persona in ((world.AMBITO_MANTOVA, NORA), (world.AMBITO_BRESCIA, PIETRO)):
        practice = actions.submit_form(world.visitor(), ambito=ambito, form=form_of(persona))
        town.ids[ambito.lower().replace("-", "_")] = str(practice.pk)
        letter = authorisation_note(ambito, persona, on=world.today())
        sender = f"ambito.{ambito.lower()}@pec.simulata.example"
        inbox.take(letter_from(sender, bytes(letter), key=key))
        inbox.take(letter_from("sconosciuto@pec.simulata.example", bytes(letter), key=key))
        run_jobs()
    brescia = UUID(town.ids["bs_01"])
    elena = world.super_utente
    actions.start_review(elena(), accreditation=brescia)
    actions.prepare_act(
        elena(), accreditation=brescia, protocol_number="4143", protocol_date=world.today()
    )
    for signatory in ("giorgio", "paolo"):
        act = selectors.act_to_sign(elena(), selectors.practice_with(elena(), brescia))
        judging.submit_signed_act(
            elena(),
            accreditation=brescia,
            content=town.signed(act.content, signatory),
            name="atto-firmato.pdf",
            media_type=PDF,
        )
    invitation = actions.invite_to_countersign(elena(), accreditation=brescia)
    town.ids["token"] = invitation.token
    paper = selectors.papers_of(elena(), selectors.practice_with(elena(), brescia))[0]
    town.ids["paper"] = str(paper.pk)


def _identities(town: Town) -> None:
    """One identity of another State that waits, and one that is linked to Luca."""
    for persona, name in ((NORA, "waiting"), (LUCA, "linked")):
        trip = leave_for_provider(scheme=Scheme.EIDAS)
        said = said_by(Scheme.EIDAS, persona)
        trip.back(build(trip.answer(attributes=said), signer("eidas")))
        town.ids[name] = str(foreign_identities(world.super_utente())[0].pk)
    link_identity(
        world.super_utente(),
        identity=UUID(town.ids["linked"]),
        codice_fiscale=LUCA.codice_fiscale,
        act="Nota prot. 812 del 3/11/2026",
    )


def form_of(persona: Persona) -> CandidateForm:
    return CandidateForm(
        codice_fiscale=persona.codice_fiscale,
        given_name=persona.given_name,
        family_name=persona.family_name,
        birth_date=persona.birth_date,
        birth_place=persona.birth_place_code,
        gender=persona.gender,
        email=persona.email,
        phone=persona.phone,
    )


def _register(town: Town) -> None:
    """Name an event of the register, and seal the log as the sequencer does each second."""
    enabled = AuditEvent.objects.filter(kind="convenzioni.comune.enabled").earliest("pk")
    town.ids["event"] = str(enabled.pk)
    log_key = settings.IAM_HOME / keys.LOG_KEY
    if not keys.exists(log_key):
        keys.create(log_key, name="registro.example/log")
    connections.close_all()
    conninfo = psycopg.conninfo.make_conninfo(
        cluster.home.cluster.conninfo(connections.databases["default"]["NAME"]),
        user="iam_sequencer",
        password=cluster.home.passwords["sequencer"],
    )
    with psycopg.connect(conninfo, autocommit=True) as connection:
        sequencer = Sequencer(connection, keys.load(log_key))
        assert sequencer.take_lock()
        sequencer.step()
