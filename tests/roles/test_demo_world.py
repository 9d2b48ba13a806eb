# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The world of the demonstration: real Comuni, 578 invented Ambiti, 44 / 118 / 416."""

from io import StringIO
from time import process_time

import pytest
from django.core.management import call_command

from demo.personas import ANNA, COMUNE_OF_THE_JOURNEY, ELENA, FRANCA, GIORGIO, MARCO
from iam.audit.models import AuditEvent
from iam.enti import selectors as enti
from iam.enti.codice_fiscale.coherence import Registry, faults
from iam.enti.codice_fiscale.reading import read
from iam.enti.models import Ambito, AmbitoMembership, Comune, LegaleRappresentante
from iam.roles.accreditation import selectors
from iam.roles.accreditation.models import Accreditation
from iam.roles.accreditation.selectors import codice_fiscale_of
from iam.roles.accreditation.types import Bucket
from iam.roles.models import Grant
from tests import world


def test_the_demonstration_stands_at_the_numbers_of_the_slides(db: None) -> None:
    call_command("enti_load", stdout=StringIO())
    told, began = StringIO(), process_time()
    call_command("demo_seed", stdout=told)
    assert process_time() - began < 8, "the seeding takes too much of the processor"

    elena = world.actor(ELENA)
    counts = selectors.bucket_counts(elena)
    assert counts == {
        Bucket.DEVONO_COMUNICARE: 44,
        Bucket.SENZA_DOCUMENTAZIONE: 118,
        Bucket.IN_LAVORAZIONE: 0,
        Bucket.COMPLETATI: 416,
    }
    for bucket, number in counts.items():
        assert len(selectors.ambiti_in(elena, bucket)) == number
    assert sum(line.total for line in selectors.region_table(elena)) == 578

    assert Ambito.objects.filter(invented=True).count() == 578
    assert not Ambito.objects.exclude(denominazione__endswith="(inventato)").exists()
    members = AmbitoMembership.objects.values_list("comune", flat=True)
    assert len(members) == len(set(members)) == Comune.objects.filter(until=None).count() == 7894

    bovezzo = enti.comune_with(COMUNE_OF_THE_JOURNEY)
    ambito = enti.ambito_of(bovezzo.pk, on=elena.on)
    assert ambito is not None
    assert ambito.pk == "BS-04"
    assert ambito.ente.domicilio_digitale == "ambito.bs-04@pec.simulata.example"
    assert bovezzo.ente.domicilio_digitale == "comune.b102@pec.simulata.example"
    signer = enti.legale_rappresentante_of(bovezzo.ente_id, elena.on)
    assert signer is not None
    assert enti.codice_fiscale_of(signer) == GIORGIO.codice_fiscale
    anna = Accreditation.objects.get(ambito=ambito)
    assert (anna.state, codice_fiscale_of(anna)) == ("dati-compilati", ANNA.codice_fiscale)
    assert world.actor(MARCO).held[0].place.ambito == "MN-01"
    assert world.actor(FRANCA).held[0].role == "RPD"
    assert world.actor(ANNA).held == ()

    before = (Grant.objects.count(), AuditEvent.objects.count())
    call_command("demo_seed", stdout=told)
    assert (Grant.objects.count(), AuditEvent.objects.count()) == before
    assert "nulla da fare" in told.getvalue()

    _every_invented_codice_fiscale_is_coherent()


def _every_invented_codice_fiscale_is_coherent() -> None:
    for row in LegaleRappresentante.objects.order_by("pk")[:200]:
        read(enti.codice_fiscale_of(row))
    for practice in Accreditation.objects.exclude(birth_date=None)[:200]:
        assert practice.birth_date is not None
        declared = Registry(
            given_name=practice.given_name,
            family_name=practice.family_name,
            birth_date=practice.birth_date,
            birth_place=practice.birth_place,
            gender=practice.gender,
        )
        assert faults(read(codice_fiscale_of(practice)), declared) == ()


@pytest.mark.parametrize("into", [107, 578, 3000])
def test_a_partition_leaves_nobody_out_and_crosses_no_province(into: int) -> None:
    from demo.seed.ambiti import RealComune, partition
    from iam.enti.importers.territories import read_territories

    italy = read_territories()
    regioni = {row.sigla: row.regione for row in italy.province}
    comuni = [
        RealComune(
            row.codice_catastale, row.provincia, row.provincia, regioni[row.provincia], False
        )
        for row in italy.comuni
    ]
    ambiti = partition(comuni, into=into)
    assert len(ambiti) == into
    assert sorted(code for ambito in ambiti for code in ambito.comuni) == sorted(
        comune.codice_catastale for comune in comuni
    )
    assert len({ambito.codice for ambito in ambiti}) == into
    assert partition(comuni, into=into) == ambiti
