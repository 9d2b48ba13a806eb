# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The real Comuni, and the files that others publish about them."""

from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from demo.personas import PAOLO, PIETRO, Persona
from iam.audit import clock
from iam.audit.models import AuditEvent
from iam.enti import selectors
from iam.enti.actions import (
    Loaded,
    appoint_representative,
    import_ambiti,
    import_ipa,
    load_territories,
)
from iam.enti.errors import (
    ActMissing,
    ComuneInTwoAmbiti,
    ImportColumnsMissing,
    ImportIncomplete,
    RepresentativeFromAPastDay,
)
from iam.enti.importers.ambiti import read_memberships
from iam.enti.importers.ipa import read_ipa, report
from iam.enti.importers.territories import read_territories
from iam.enti.models import (
    AmbitoMembership,
    Comune,
    Ente,
    LegaleRappresentante,
    Provincia,
    Regione,
    StatoEstero,
)
from iam.enti.types import sort_key
from iam.kernel.actor import Actor
from iam.kernel.errors import InvalidInput, NotFound
from iam.kernel.permissions import Permission
from tests import world

AMBITI = b"""codice_ambito;denominazione;tipo_forma;comune_capofila;codice_istat_membro;dal;al
BS-01;Ambito 1;convenzione;B157;017029;2020-01-01;
BS-01;Ambito 1;convenzione;B157;017025;2020-01-01;2024-12-31
BS-02;Ambito 2;convenzione;B102;017025;2025-01-01;
"""


def loader() -> Actor:
    return Actor.system("enti-load", may={Permission.REFERENCE_DATA_LOAD}, at=clock.now())


@pytest.fixture
def italy(db: None) -> Actor:
    actor = loader()
    load_territories(actor, territories=read_territories())
    return actor


@pytest.fixture
def few(db: None) -> Actor:
    """The same, with the seven Comuni of the tests."""
    actor = loader()
    load_territories(actor, territories=world.small_italy())
    return actor


def test_all_the_real_territories_are_loaded_once(italy: Actor) -> None:
    assert Comune.objects.filter(until=None).count() == 7894
    assert (Provincia.objects.count(), Regione.objects.count()) == (107, 20)
    assert StatoEstero.objects.count() == 222
    assert Ente.objects.filter(kind__in=["regione", "provincia-autonoma"]).count() == 22
    assert str(selectors.comune_with("B102")) == "Bovezzo (BS)"

    again = load_territories(italy, territories=read_territories())

    assert again == Loaded(created=0, changed=0)
    assert AuditEvent.objects.filter(kind="enti.territories.loaded").count() == 2

    _a_picker_finds_names_that_begin_as_typed_before_the_others(italy)


def _a_picker_finds_names_that_begin_as_typed_before_the_others(italy: Actor) -> None:
    found = [c.denominazione for c in selectors.comuni_named("roma", on=italy.on)]
    assert found[0] == "Roma"
    assert all(name.startswith("Roma") for name in found[:5])
    assert [c.pk for c in selectors.comuni_named("BOVEZZO ", on=italy.on)] == ["B102"]
    assert not selectors.comuni_named("  ", on=italy.on)


def test_numbers_in_names_sort_by_their_value() -> None:
    names = ["Ambito Ancona 10", "Ambito Ancona 2", "Àmbito Ancona 1"]
    assert sorted(names, key=sort_key) == ["Àmbito Ancona 1", "Ambito Ancona 2", "Ambito Ancona 10"]


def test_a_comune_changes_ambito_with_time(few: Actor) -> None:
    import_ambiti(few, lines=read_memberships(AMBITI))

    before, after = date(2024, 12, 31), date(2025, 1, 1)
    assert str(selectors.ambito_of("B102", on=before)) == "Ambito 1"
    assert str(selectors.ambito_of("B102", on=after)) == "Ambito 2"
    assert selectors.place_of_comune("B102", on=before).ambito == "BS-01"
    assert selectors.comuni_of_ambito("BS-01", on=after) == ["B157"]
    assert selectors.place_of_comune("H501", on=after).ambito == ""
    with pytest.raises(NotFound):
        selectors.place_of_comune("Q999", on=after)


def test_the_import_says_which_comuni_are_left_without_ambito(few: Actor) -> None:
    result = import_ambiti(few, lines=read_memberships(AMBITI))
    assert (result.ambiti, result.comuni) == (2, 2)
    assert "H501" in result.without_ambito
    assert not result.is_complete
    import_ambiti(few, lines=read_memberships(AMBITI))
    assert AmbitoMembership.objects.count() == 3


def test_a_comune_in_two_ambiti_on_one_day_stops_the_import(few: Actor) -> None:
    twice = AMBITI + b"BS-02;Ambito 2;convenzione;B102;017029;2020-01-01;\n"
    with pytest.raises(ImportIncomplete):
        import_ambiti(few, lines=read_memberships(twice))
    assert not AmbitoMembership.objects.exists()


def test_the_database_refuses_two_ambiti_in_the_same_days(few: Actor) -> None:
    overlapping = AMBITI.replace(b";2020-01-01;2024-12-31", b";2020-01-01;2025-06-30")
    past = overlapping.replace(b"2025-06-30", b"2025-01-01")
    with pytest.raises(ComuneInTwoAmbiti) as refusal:
        import_ambiti(few, lines=read_memberships(past))
    assert "appartiene già a un altro Ambito" in refusal.value.sentence


def test_a_file_without_its_columns_is_refused_by_name() -> None:
    with pytest.raises(ImportColumnsMissing) as refusal:
        read_memberships(b"codice_ambito,denominazione\n")
    assert "codice_istat_membro" in refusal.value.sentence


def test_the_ipa_gives_the_digital_domicile(few: Actor) -> None:
    content = (
        b"Codice_IPA\tDenominazione_ente\tCodice_fiscale_ente\tCodice_catastale_comune\t"
        b"Codice_Categoria\tMail1\tTipo_Mail1\tMail2\tTipo_Mail2\n"
        b"c_b102\tComune di Bovezzo\t00000000000\tB102\tL6\tinfo@b.example\taltro\t"
        b"Comune@PEC.b.example\tPec\n"
    )
    lines = read_ipa(content)

    loaded = import_ipa(few, lines=lines)

    assert loaded.changed == 1
    ente = selectors.ente_with_domicilio("COMUNE@pec.b.example")
    assert ente is not None
    assert ente.denominazione == "Comune di Bovezzo"
    assert report(lines, comuni=["B102", "H501"]).comuni_without_pec == ("H501",)


def appoint(by: Actor, persona: Persona, since: date, **changes: str) -> LegaleRappresentante:
    asked = {
        "codice_fiscale": persona.codice_fiscale,
        "given_name": persona.given_name,
        "family_name": persona.family_name,
        "office": "Direttore generale",
        "act": "DPCM 1/2024",
    }
    return appoint_representative(
        by, ente=selectors.ministero().pk, since=since, **(asked | changes)
    )


def test_a_new_representative_takes_over_from_a_day_on(few: Actor) -> None:
    ente, day = selectors.ministero().pk, date(2026, 3, 1)
    appoint(few, PAOLO, date(2024, 1, 1))
    appoint(few, PIETRO, day)

    before = selectors.legale_rappresentante_of(ente, date(2026, 2, 28))
    after = selectors.legale_rappresentante_of(ente, day)
    assert before is not None
    assert after is not None
    assert selectors.codice_fiscale_of(before) == PAOLO.codice_fiscale
    assert selectors.codice_fiscale_of(after) == PIETRO.codice_fiscale
    assert PAOLO.codice_fiscale.encode() not in bytes(before.codice_fiscale)
    with pytest.raises(RepresentativeFromAPastDay):
        appoint(few, PAOLO, day)
    with pytest.raises(RepresentativeFromAPastDay):
        appoint(few, PAOLO, date(2020, 1, 1))
    with pytest.raises(ActMissing):
        appoint(few, PAOLO, date(2027, 1, 1), act=" ")
    with pytest.raises(InvalidInput):
        appoint(few, PAOLO, date(2027, 1, 1), family_name="Bianchi")


def test_the_import_from_a_file_reports_before_it_writes(few: Actor, tmp_path: Path) -> None:
    file, told = tmp_path / "ambiti.csv", StringIO()
    file.write_bytes(AMBITI)
    call_command("enti_import", "ambiti", str(file), "--prova", stdout=told)
    assert "Comuni senza Ambito: 5" in told.getvalue()
    assert not AmbitoMembership.objects.exists()
    call_command("enti_import", "ambiti", str(file), stdout=told)
    assert AmbitoMembership.objects.count() == 3
    with pytest.raises(CommandError, match="mancano queste colonne"):
        call_command("enti_import", "ipa", str(file))
