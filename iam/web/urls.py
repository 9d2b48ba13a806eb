# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later

"""The addresses of the pages."""

from __future__ import annotations

from django.urls import path

from iam.web.pages import (
    accreditation,
    audit,
    convenzioni,
    entry,
    identities,
    logins,
    me,
    providers,
    public,
    roles,
)

urlpatterns = [
    path("", entry.home, name="inizio"),
    path("accesso/", entry.access, name="accesso"),
    path("accesso/di-nuovo/", entry.again, name="entra-di-nuovo"),
    path("scegli-profilo/", entry.choose, name="scegli-profilo"),
    path("esci/", entry.go_out, name="esci"),
    path("uscita/", entry.gone_out, name="uscita"),
    path("io/", me.me, name="io"),
    path("io/collegamenti/chiudi/", me.close_sessions, name="io-chiudi"),
    path("io/perche/", me.why_not, name="perche"),
    path("cruscotto/", accreditation.dashboard, name="cruscotto"),
    path("ambiti/", accreditation.ambiti, name="ambiti"),
    path("ambiti/<slug:codice>/", accreditation.ambito, name="ambito"),
    path("ambiti/<slug:codice>/invita/", accreditation.invite, name="ambito-invita"),
    path("note/", accreditation.notes, name="note"),
    path("pratiche/<uuid:accreditation>/", accreditation.practice, name="pratica"),
    path(
        "pratiche/<uuid:accreditation>/documenti/<uuid:document>/",
        accreditation.paper,
        name="pratica-documento",
    ),
    path("pratiche/<uuid:accreditation>/atto/", accreditation.act, name="pratica-atto"),
    path(
        "pratiche/<uuid:accreditation>/verifica/",
        accreditation.start_review,
        name="pratica-verifica",
    ),
    path(
        "pratiche/<uuid:accreditation>/predisponi/",
        accreditation.prepare_act,
        name="pratica-predisponi",
    ),
    path("pratiche/<uuid:accreditation>/carica/", accreditation.upload_act, name="pratica-carica"),
    path("pratiche/<uuid:accreditation>/link/", accreditation.send_link, name="pratica-link"),
    path(
        "pratiche/<uuid:accreditation>/censisci/", accreditation.register, name="pratica-censisci"
    ),
    path(
        "pratiche/<uuid:accreditation>/integrazione/",
        accreditation.ask_integration,
        name="pratica-integrazione",
    ),
    path("pratiche/<uuid:accreditation>/rifiuta/", accreditation.refuse, name="pratica-rifiuta"),
    path("pratiche/<uuid:accreditation>/cessa/", accreditation.cease, name="pratica-cessa"),
    path("controfirma/", accreditation.countersign, name="controfirma"),
    path("controfirma/atto/", accreditation.countersign_act, name="controfirma-atto"),
    path("controfirma/<str:token>/", accreditation.countersign, name="controfirma-link"),
    path(
        "controfirma/<str:token>/atto/", accreditation.countersign_act, name="controfirma-link-atto"
    ),
    path("comuni/", convenzioni.comuni, name="comuni"),
    path("comuni/<slug:codice>/", convenzioni.comune, name="comune"),
    path("comuni/<slug:codice>/prepara/", convenzioni.prepare, name="comune-prepara"),
    path("comuni/<slug:codice>/convenzione.pdf", convenzioni.download, name="comune-documento"),
    path("comuni/<slug:codice>/carica/", convenzioni.upload, name="comune-carica"),
    path("comuni/<slug:codice>/rapporti/<uuid:upload>/", convenzioni.report, name="rapporto"),
    path("comuni/<slug:codice>/abilita/", convenzioni.enable, name="comune-abilita"),
    path("comuni/<slug:codice>/sospendi/", convenzioni.suspend, name="comune-sospendi"),
    path("comuni/<slug:codice>/riattiva/", convenzioni.reactivate, name="comune-riattiva"),
    path("operatori/", roles.operators, name="operatori"),
    path("operatori/nuovo/", roles.new_operator, name="operatore-nuovo"),
    path("operatori/<uuid:grant>/revoca/", roles.revoke, name="revoca"),
    path("gestori/", providers.providers, name="gestori"),
    path("gestori/modifiche/<uuid:change>/", providers.change, name="gestore-modifica"),
    path("gestori/modifiche/<uuid:change>/approva/", providers.approve, name="gestore-approva"),
    path("gestori/modifiche/<uuid:change>/rifiuta/", providers.refuse, name="gestore-rifiuta"),
    path("identita-estere/", identities.identities, name="identita-estere"),
    path("identita-estere/<uuid:identity>/", identities.identity, name="identita-estera"),
    path("registro/", audit.register, name="registro"),
    path("registro/interessato/", audit.subject, name="interessato"),
    path("registro/<int:number>/", audit.event, name="evento"),
    path("registro/<int:number>/verifica/", audit.verify, name="evento-verifica"),
    path("registro/<int:number>/prova/", audit.proof_file, name="evento-prova"),
    path("accessi/", logins.search, name="accessi"),
    path("accessi/<slug:reference>/", logins.opened, name="accesso-registrato"),
    path("accessi/<slug:reference>/messaggi/", logins.read_messages, name="accesso-messaggi"),
    path("accessi/<slug:reference>/verifica/", logins.verify, name="accesso-verifica"),
    path("accessi/<slug:reference>/blocca/", logins.hold, name="accesso-blocca"),
    path(
        "accessi/<slug:reference>/blocchi/<uuid:hold>/togli/", logins.release, name="accesso-togli"
    ),
    path("accessi/<slug:reference>/segnala/", logins.report, name="accesso-segnala"),
    path(
        "accessi/<slug:reference>/segnalazioni/<uuid:notice>/",
        logins.notice,
        name="accesso-segnalazione",
    ),
    path("aiuto/", public.help_page, name="aiuto"),
    path("stato/", public.state, name="stato"),
    path("accessibilita/", public.accessibility, name="accessibilita"),
    path("privacy/", public.privacy, name="privacy"),
    path("note-legali/", public.legal_notes, name="note-legali"),
    path(".well-known/security.txt", public.security_txt, name="security-txt"),
    path("healthz", public.healthz, name="healthz"),
    path("readyz", public.readyz, name="readyz"),
    path("metrics", public.metrics, name="metrics"),
]
