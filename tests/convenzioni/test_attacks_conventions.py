# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A hostile Comune, and an Amministratore who looks for a way round the rule of two persons."""

from __future__ import annotations

import pytest

from demo.personas import ANNA, GIORGIO, LUCA, MARCO, Persona
from demo.trust.signing import Form, sign
from iam.convenzioni.actions import (
    enable_comune,
    prepare_convenzione,
    reactivate_comune,
    suspend_comune,
)
from iam.convenzioni.errors import ReportChanged
from iam.convenzioni.models import Enablement, SignedUpload
from iam.convenzioni.selectors import open_sections
from iam.enti.selectors import comune_with
from iam.kernel import places
from iam.kernel.errors import Denied, NotFound
from iam.roles.types import AMMINISTRATORE_AMBITO, CASE_MANAGER
from tests import world
from tests.convenzioni.test_six_steps import prepared, submit
from tests.signatures.trial import Trial
from tests.web.entering import browser_of
from tests.world import AMBITO_BOVEZZO, BOVEZZO, CONCESIO, MANTOVA


def accepted(fiducia: Trial) -> SignedUpload:
    anna = world.amministratrice()
    upload, _ = submit(anna, sign(prepared(anna), "giorgio", Form.PADES, pki=fiducia.pki))
    return SignedUpload.objects.get(pk=upload)


def test_who_signed_before_being_known_to_the_platform_cannot_enable_later(
    fiducia: Trial,
) -> None:
    report = accepted(fiducia).report_hash
    giorgio = world.holding(
        GIORGIO, AMMINISTRATORE_AMBITO, places.ambito(AMBITO_BOVEZZO)
    )  # known only now: when the file was judged nobody knew who signed it

    with pytest.raises(Denied) as refusal:
        enable_comune(giorgio, comune=BOVEZZO, report_hash=report)

    assert refusal.value.reasons == ("chi-firma-non-abilita",)
    assert open_sections(BOVEZZO, on=giorgio.on) == frozenset()


def test_who_signed_does_not_open_again_what_another_suspended(fiducia: Trial) -> None:
    report = accepted(fiducia).report_hash
    anna = world.amministratrice()
    enable_comune(anna, comune=BOVEZZO, report_hash=report)
    suspend_comune(anna, comune=BOVEZZO, reason="Controlli in corso.")
    giorgio = world.holding(GIORGIO, AMMINISTRATORE_AMBITO, places.ambito(AMBITO_BOVEZZO))

    with pytest.raises(Denied):
        reactivate_comune(giorgio, comune=BOVEZZO)

    assert open_sections(BOVEZZO, on=giorgio.on) == frozenset()


def test_a_report_of_another_comune_enables_nothing(fiducia: Trial) -> None:
    report = accepted(fiducia).report_hash
    world.represent(comune_with(CONCESIO).ente_id, GIORGIO, office="Commissario straordinario")
    anna = world.amministratrice()
    document_of_concesio = prepare_convenzione(anna, comune=CONCESIO)
    SignedUpload.objects.filter(report_hash=report).get()
    copied = SignedUpload.objects.create(
        convenzione=document_of_concesio,
        file=SignedUpload.objects.get().file,
        uploaded_by=anna.id,
        uploaded_at=anna.at,
        report_hash="0" * 64,
    )
    document_of_concesio.accepted = copied
    document_of_concesio.save()

    with pytest.raises(ReportChanged):
        enable_comune(anna, comune=CONCESIO, report_hash=report)


@pytest.mark.parametrize(("who", "role"), [(LUCA, CASE_MANAGER), (MARCO, AMMINISTRATORE_AMBITO)])
def test_nobody_from_outside_opens_a_report_or_touches_a_comune(
    fiducia: Trial, who: Persona, role: str
) -> None:
    upload = accepted(fiducia)
    if role == CASE_MANAGER:
        world.operator(who, role)
    else:
        world.amministratore_altrove()
    thief = browser_of(who)
    here = f"/comuni/{BOVEZZO}/"

    reads = [here, f"{here}rapporti/{upload.pk}/", f"{here}convenzione.pdf", f"{here}sospendi/"]
    assert {thief.get(address).status_code for address in reads} <= {403, 404}
    writes = [f"{here}{verb}/" for verb in ("prepara", "carica", "abilita", "sospendi", "riattiva")]
    told = {"report_hash": upload.report_hash, "reason": "Prova"}
    assert {thief.post(address, told).status_code for address in writes} <= {403, 404, 422}
    assert not Enablement.objects.exists()


def test_a_report_is_not_opened_through_the_address_of_ones_own_comune(fiducia: Trial) -> None:
    upload = accepted(fiducia)
    world.amministratore_altrove()

    answer = browser_of(MARCO).get(f"/comuni/{MANTOVA}/rapporti/{upload.pk}/")

    assert answer.status_code == 404


HOSTILE = [
    'x"\r\nSet-Cookie: iam_session=rubata; Path=/\r\n.pdf',
    '"><script>alert(1)</script>.pdf',
    "../../etc/passwd",
    "fattura\u202efdp.exe",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_the_name_of_an_uploaded_file_writes_neither_headers_nor_markup(
    fiducia: Trial, name: str
) -> None:
    anna = world.amministratrice()
    prepared(anna)

    from django.core.files.uploadedfile import SimpleUploadedFile

    browser = browser_of(ANNA)
    sent = SimpleUploadedFile("x.pdf", b"<script>alert(1)</script>", content_type="text/html")
    sent._name = name  # type: ignore[attr-defined]  # past the cleaning of Django's own client
    answer = browser.post(f"/comuni/{BOVEZZO}/carica/", {"file": sent}, follow=True)

    assert "<script>alert" not in answer.content.decode()
    assert "iam_session=rubata" not in str(answer.cookies)


def test_an_upload_by_a_stranger_is_not_found(fiducia: Trial) -> None:
    from iam.convenzioni.selectors import verdict_of

    upload = accepted(fiducia)

    with pytest.raises(NotFound):
        verdict_of(world.amministratore_altrove(), upload=upload.pk)
