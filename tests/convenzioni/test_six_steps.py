# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""From the convention prepared to the Comune enabled: each step, and each way it is refused."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest

from demo.personas import ANNA, GIORGIO
from demo.trust.signing import Form, sign
from iam.audit.models import AuditEvent
from iam.convenzioni.actions import (
    download_convenzione,
    enable_comune,
    prepare_convenzione,
    reactivate_comune,
    receive_signed_file,
    suspend_comune,
)
from iam.convenzioni.errors import (
    ComuneAlreadyEnabled,
    ComuneNotEnabled,
    ConvenzioneAlreadyOpen,
    ConvenzioneNotToBeSigned,
    NoLegaleRappresentante,
    ReasonMissing,
    ReportChanged,
    UploadNotAccepted,
)
from iam.convenzioni.models import Enablement, SignedUpload, UploadState
from iam.convenzioni.selectors import (
    gates,
    open_sections,
    progress_of,
    uploads_to_verify,
    verdict_of,
)
from iam.convenzioni.tasks import verify_waiting_files
from iam.convenzioni.uploads.judging import judge, submit_signed_file
from iam.enti.models import LegaleRappresentante
from iam.enti.selectors import comune_with
from iam.kernel.actor import Actor
from iam.kernel.errors import Denied, NotFound
from iam.kernel.permissions import Section
from iam.signatures.errors import FileTooLarge
from iam.signatures.types import Outcome, Reason, Verdict
from tests import world
from tests.signatures.trial import Trial
from tests.web.entering import browser_of
from tests.world import BOVEZZO, CONCESIO

PDF = "application/pdf"


def submit(anna: Actor, content: bytes) -> tuple[UUID, Verdict]:
    upload = submit_signed_file(
        anna, comune=BOVEZZO, content=content, name="Convenzione_Bovezzo_BS.pdf", media_type=PDF
    )
    verdict = verdict_of(anna, upload=upload)
    assert verdict is not None
    return upload, verdict


def prepared(anna: Actor) -> bytes:
    prepare_convenzione(anna, comune=BOVEZZO)
    _, content = download_convenzione(anna, comune=BOVEZZO)
    return content


def enabled(anna: Actor, fiducia: Trial) -> None:
    _, verdict = submit(anna, sign(prepared(anna), "giorgio", Form.PADES, pki=fiducia.pki))
    enable_comune(anna, comune=BOVEZZO, report_hash=verdict.report_hash)


@pytest.mark.parametrize("form", [Form.PADES, Form.CADES])
def test_the_six_steps_open_the_comune(fiducia: Trial, form: Form) -> None:
    anna = world.amministratrice()
    document = prepared(anna)

    _, verdict = submit(anna, sign(document, "giorgio", form, pki=fiducia.pki))

    assert (verdict.outcome, verdict.reason) == (Outcome.ACCEPT, Reason.VALID)
    assert open_sections(BOVEZZO, on=anna.on) == frozenset()
    enable_comune(anna, comune=BOVEZZO, report_hash=verdict.report_hash)
    assert open_sections(BOVEZZO, on=anna.on) == frozenset(Section)
    assert open_sections(CONCESIO, on=anna.on) == frozenset()
    kinds = list(AuditEvent.objects.order_by("id").values_list("kind", flat=True))
    assert kinds[-5:] == [
        "convenzioni.convenzione.prepared",
        "convenzioni.convenzione.downloaded",
        "convenzioni.file.received",
        "convenzioni.file.judged",
        "convenzioni.comune.enabled",
    ]


def test_the_name_of_the_file_has_the_comune_and_its_province(fiducia: Trial) -> None:
    anna = world.amministratrice()
    prepare_convenzione(anna, comune=BOVEZZO)

    name, _ = download_convenzione(anna, comune=BOVEZZO)

    assert name == "Convenzione_Bovezzo_BS.pdf"


def altered(content: bytes) -> bytes:
    """Change one byte of the page's text, inside what is signed."""
    return (
        content.replace(b"/Producer", b"/Producez", 1)
        if b"/Producer" in content
        else (content[:2000] + bytes([content[2000] ^ 1]) + content[2001:])
    )


@pytest.mark.parametrize(
    ("who", "change", "reason"),
    [
        ("pietro", None, Reason.WRONG_PERSON),
        ("giorgio-impostore", None, Reason.UNTRUSTED),
        ("giorgio-revocato", None, Reason.REVOKED),
        ("giorgio-avanzata", None, Reason.NOT_QUALIFIED),
        ("", None, Reason.NOT_SIGNED),
    ],
)
def test_a_file_signed_otherwise_is_kept_and_refused_and_the_comune_stays_closed(
    fiducia: Trial, who: str, change: object, reason: Reason
) -> None:
    anna = world.amministratrice()
    document = prepared(anna)
    content = sign(document, who, Form.PADES, pki=fiducia.pki) if who else document

    upload, verdict = submit(anna, content)

    assert (verdict.outcome, verdict.reason) == (Outcome.REJECT, reason)
    assert verdict.sentence
    assert SignedUpload.objects.get(pk=upload).state == UploadState.RIFIUTATO
    with pytest.raises(UploadNotAccepted):
        enable_comune(anna, comune=BOVEZZO, report_hash=verdict.report_hash)
    assert gates(BOVEZZO, on=anna.on).open == frozenset()


def test_a_file_altered_after_signing_is_refused_with_its_own_sentence(fiducia: Trial) -> None:
    anna = world.amministratrice()
    signed = sign(prepared(anna), "giorgio", Form.PADES, pki=fiducia.pki)

    _, verdict = submit(anna, altered(signed))

    assert verdict.outcome is Outcome.REJECT
    assert verdict.reason in (Reason.ALTERED, Reason.BROKEN, Reason.OTHER_DOCUMENT)
    assert not Enablement.objects.exists()


def test_the_convention_of_another_comune_is_another_document(fiducia: Trial) -> None:
    anna = world.amministratrice()
    prepared(anna)
    world.represent(comune_with(CONCESIO).ente_id, GIORGIO, office="Sindaco")
    prepare_convenzione(anna, comune=CONCESIO)
    _, other = download_convenzione(anna, comune=CONCESIO)

    _, verdict = submit(anna, sign(other, "giorgio", Form.CADES, pki=fiducia.pki))

    assert (verdict.outcome, verdict.reason) == (Outcome.REJECT, Reason.OTHER_DOCUMENT)


def test_a_refused_file_does_not_stop_the_right_one(fiducia: Trial) -> None:
    anna = world.amministratrice()
    document = prepared(anna)
    submit(anna, sign(document, "pietro", Form.PADES, pki=fiducia.pki))

    _, verdict = submit(anna, sign(document, "giorgio", Form.PADES, pki=fiducia.pki))
    enable_comune(anna, comune=BOVEZZO, report_hash=verdict.report_hash)

    assert open_sections(BOVEZZO, on=anna.on) == frozenset(Section)


def test_a_file_too_large_is_refused_before_it_is_kept(fiducia: Trial) -> None:
    anna = world.amministratrice()
    prepared(anna)

    with pytest.raises(FileTooLarge):
        submit(anna, b"%PDF" + bytes(20 * 1024 * 1024))

    assert not SignedUpload.objects.exists()


def test_enabling_rests_on_the_report_that_was_read(fiducia: Trial) -> None:
    anna = world.amministratrice()
    submit(anna, sign(prepared(anna), "giorgio", Form.PADES, pki=fiducia.pki))

    with pytest.raises(ReportChanged):
        enable_comune(anna, comune=BOVEZZO, report_hash="0" * 64)


def test_who_signed_never_enables_even_if_she_administers_the_ambito(fiducia: Trial) -> None:
    anna = world.amministratrice()
    LegaleRappresentante.objects.filter(ente__comune=BOVEZZO).delete()
    world.represent(comune_with(BOVEZZO).ente_id, ANNA, office="Sindaca")
    _, verdict = submit(anna, sign(prepared(anna), "anna", Form.PADES, pki=fiducia.pki))

    with pytest.raises(Denied) as refusal:
        enable_comune(anna, comune=BOVEZZO, report_hash=verdict.report_hash)

    assert refusal.value.reasons == ("chi-firma-non-abilita",)
    assert not Enablement.objects.exists()


@pytest.mark.parametrize(
    "verb",
    [
        lambda who: prepare_convenzione(who, comune=BOVEZZO),
        lambda who: download_convenzione(who, comune=BOVEZZO),
        lambda who: receive_signed_file(
            who, comune=BOVEZZO, content=b"%PDF", name="a.pdf", media_type=PDF
        ),
        lambda who: enable_comune(who, comune=BOVEZZO, report_hash="0" * 64),
        lambda who: suspend_comune(who, comune=BOVEZZO, reason="prova"),
        lambda who: reactivate_comune(who, comune=BOVEZZO),
    ],
    ids=["prepare", "download", "upload", "enable", "suspend", "reactivate"],
)
def test_the_amministratore_of_another_ambito_touches_nothing(fiducia: Trial, verb: object) -> None:
    prepare_convenzione(world.amministratrice(), comune=BOVEZZO)

    with pytest.raises(Denied) as refusal:
        verb(world.amministratore_altrove())  # type: ignore[operator]  # a function of the table

    assert "territorio" in refusal.value.reasons
    with pytest.raises(NotFound):
        progress_of(world.amministratore_altrove(), comune=BOVEZZO)


def test_a_suspended_comune_is_closed_at_once_and_opens_again(fiducia: Trial) -> None:
    anna = world.amministratrice()
    enabled(anna, fiducia)

    suspend_comune(anna, comune=BOVEZZO, reason="Accessi anomali")
    assert open_sections(BOVEZZO, on=anna.on) == frozenset()
    assert progress_of(anna, comune=BOVEZZO).suspension_reason == "Accessi anomali"
    with pytest.raises(ComuneNotEnabled):
        suspend_comune(anna, comune=BOVEZZO, reason="di nuovo")

    reactivate_comune(anna, comune=BOVEZZO)
    assert open_sections(BOVEZZO, on=anna.on) == frozenset(Section)


def test_a_suspension_says_why(fiducia: Trial) -> None:
    anna = world.amministratrice()
    enabled(anna, fiducia)

    with pytest.raises(ReasonMissing):
        suspend_comune(anna, comune=BOVEZZO, reason="   ")


def test_what_was_done_is_not_done_twice(fiducia: Trial) -> None:
    anna = world.amministratrice()
    enabled(anna, fiducia)
    report = SignedUpload.objects.get().report_hash

    with pytest.raises(ConvenzioneAlreadyOpen):
        prepare_convenzione(anna, comune=BOVEZZO)
    with pytest.raises(ConvenzioneNotToBeSigned):
        submit(anna, b"%PDF-1.7")
    with pytest.raises(ComuneAlreadyEnabled):
        enable_comune(anna, comune=BOVEZZO, report_hash=report)


def test_without_a_legal_representative_there_is_nobody_to_sign(fiducia: Trial) -> None:
    with pytest.raises(NoLegaleRappresentante) as refusal:
        prepare_convenzione(world.amministratrice(), comune=CONCESIO)

    assert "Concesio" in refusal.value.sentence


def test_a_convention_stops_opening_the_day_after_it_expires(fiducia: Trial) -> None:
    anna = world.amministratrice()
    enabled(anna, fiducia)
    convenzione = SignedUpload.objects.get().convenzione
    last = convenzione.expires_on
    assert last is not None

    assert gates(BOVEZZO, on=last).covered == frozenset(Section)
    assert gates(BOVEZZO, on=last.replace(year=last.year + 1)).covered == frozenset()


def test_what_a_crash_left_unjudged_is_judged_by_the_worker(fiducia: Trial) -> None:
    anna = world.amministratrice()
    content = sign(prepared(anna), "giorgio", Form.PADES, pki=fiducia.pki)
    upload = receive_signed_file(
        anna, comune=BOVEZZO, content=content, name="firmata.pdf", media_type=PDF
    )
    assert uploads_to_verify() == [upload.pk]

    verify_waiting_files(timestamp=0)

    assert uploads_to_verify() == []
    assert SignedUpload.objects.get().state == UploadState.ACCETTATO


def test_judging_twice_does_not_change_a_verdict(fiducia: Trial) -> None:
    anna = world.amministratrice()
    upload, first = submit(anna, sign(prepared(anna), "giorgio", Form.PADES, pki=fiducia.pki))

    judge(upload, at=replace(anna).at)

    assert SignedUpload.objects.get().report_hash == first.report_hash


def test_of_two_good_files_the_page_offers_the_one_that_was_accepted(fiducia: Trial) -> None:
    """Both wait for their verdict, as when the trust services did not answer; the worker judges."""
    anna = world.amministratrice()
    document = prepared(anna)
    first, second = (
        receive_signed_file(
            world.amministratrice(),
            comune=BOVEZZO,
            content=sign(document, "giorgio", form, pki=fiducia.pki),
            name="Convenzione firmata",
            media_type=PDF,
        )
        for form in (Form.PADES, Form.CADES)
    )
    for upload in (first, second):
        judge(upload.pk, at=anna.at)
    browser = browser_of(ANNA)

    page = browser.get(f"/comuni/{BOVEZZO}/")
    answer = browser.post(
        f"/comuni/{BOVEZZO}/abilita/", page.context["enable_form"].initial | {"read": "on"}
    )

    assert answer.status_code == 302
    assert open_sections(BOVEZZO, on=anna.on) == frozenset(Section)
    report = f"/comuni/{BOVEZZO}/rapporti/"
    assert browser.get(f"{report}{first.pk}/").context["decisive"]
    assert not browser.get(f"{report}{second.pk}/").context["decisive"]
