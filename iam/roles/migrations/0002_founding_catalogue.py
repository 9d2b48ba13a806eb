# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The roles that the sources name, each with its source. Later versions need two approvals."""

from datetime import date
from typing import Any
from uuid import UUID, uuid5

from django.db import migrations

NAMESPACE = UUID("c3a4f8f2-0e7f-5e38-9a67-4f3f1f6d9b20")
SINCE = date(2019, 9, 16)
NOTE = "Nota del Ministero sulle procedure di accreditamento degli amministratori (CdG MA 14-02)"
SLIDES = "Slide del Comitato per la lotta alla povertà, 12 settembre 2019"

ROLES: list[dict[str, Any]] = [
    {
        "code": "SUPER_UTENTE",
        "denominazione": "Super Utente",
        "summary": "Accredita gli Amministratori di Ambito e cura il catalogo dei ruoli.",
        "levels": ["nazionale"],
        "may": [
            "rete:read",
            "accreditamento:read",
            "accreditamento:review",
            "accreditamento:register",
            "designazione:upload",
            "convenzione:read",
            "profilo:read",
            "catalogo:propose",
            "catalogo:approve",
            "client:register",
            "registro:read",
        ],
        "incompatibility": "super-utente",
        "source": f"{SLIDES}: Profilo di Super Utente",
    },
    {
        "code": "AMMINISTRATORE_AMBITO",
        "denominazione": "Amministratore di Ambito",
        "summary": "Accredita gli operatori e abilita i Comuni del suo Ambito. Non vede dati.",
        "levels": ["ambito"],
        "may": [
            "convenzione:read",
            "convenzione:prepare",
            "convenzione:upload",
            "comune:enable",
            "comune:suspend",
            "indicazione:record",
            "profilo:read",
            "profilo:create",
            "profilo:revoke",
            "registro:read",
        ],
        "incompatibility": "amministratore",
        "source": f"{NOTE}; {SLIDES}: L'Amministratore dell'Ambito",
    },
    {
        "code": "COORDINATORE_PATTI",
        "denominazione": "Coordinatore per il Patto per l'Inclusione Sociale",
        "summary": "Assegna i nuclei ai case manager. Vede solo i dati anagrafici.",
        "levels": ["ambito", "comune"],
        "may": ["gepi:nucleo.anagrafica", "gepi:assegnazione.write"],
        "incompatibility": "operatori",
        "source": NOTE,
    },
    {
        "code": "CASE_MANAGER",
        "denominazione": "Case Manager per il Patto per l'Inclusione Sociale",
        "summary": "Segue i propri casi: analisi preliminare, quadro di analisi, Patto.",
        "levels": ["ambito", "comune"],
        "may": ["gepi:nucleo.anagrafica", "gepi:caso.completo", "gepi:patto.write"],
        "incompatibility": "operatori",
        "source": NOTE,
    },
    {
        "code": "COORDINATORE_CONTROLLI",
        "denominazione": "Coordinatore per i controlli anagrafici",
        "summary": "Assegna ai responsabili l'elenco dei controlli di residenza e soggiorno.",
        "levels": ["comune"],
        "may": ["gepi:controlli.lista", "gepi:controlli.assegna"],
        "incompatibility": "operatori",
        "source": NOTE,
    },
    {
        "code": "RESPONSABILE_CONTROLLI",
        "denominazione": "Responsabile per i controlli anagrafici",
        "summary": "Verifica residenza e soggiorno per il Comune che lo ha indicato.",
        "levels": ["comune"],
        "may": ["gepi:controlli.lista", "gepi:controlli.verifica"],
        "incompatibility": "operatori",
        "source": NOTE,
    },
    {
        "code": "RESPONSABILE_PUC",
        "denominazione": "Responsabile dei progetti utili alla collettività",
        "summary": "Cura il catalogo dei PUC e assegna i beneficiari ai progetti.",
        "levels": ["ambito", "comune"],
        "may": ["gepi:puc.catalogo", "gepi:puc.assegna"],
        "incompatibility": "operatori",
        "source": f"{NOTE}: ruoli relativi ai progetti utili per la collettività",
    },
    {
        "code": "RPD",
        "denominazione": "Responsabile della protezione dei dati",
        "summary": "Legge il registro degli accessi dell'ente che serve e ne verifica la prova.",
        "levels": ["nazionale"],
        "may": ["registro:read", "registro:read-subject", "registro:export"],
        "incompatibility": "rpd",
        "source": "Regolamento (UE) 2016/679, articoli 38 e 39",
    },
]


def write(apps: Any, schema_editor: Any) -> None:
    role_version = apps.get_model("roles", "RoleVersion")
    role_version.objects.bulk_create(
        role_version(
            id=uuid5(NAMESPACE, f"{role['code']}:1"),
            version=1,
            founding=True,
            in_force_since=SINCE,
            **role,
        )
        for role in ROLES
    )


def erase(apps: Any, schema_editor: Any) -> None:
    apps.get_model("roles", "RoleVersion").objects.filter(founding=True).delete()


class Migration(migrations.Migration):
    dependencies = [("roles", "0001_catalogue_grants_accreditation")]

    operations = [migrations.RunPython(write, erase)]
