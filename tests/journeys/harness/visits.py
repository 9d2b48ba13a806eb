# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later

"""Which pages are visited, by whom: every address of the pages has its visit here."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Visit:
    """One page as one person sees it. `who` is a persona's key, empty for nobody.

    `send` is the action of a form to submit as it stands, to see its errors. `file` marks an
    address that answers with a file or plain text instead of a page.
    """

    route: str
    address: str
    who: str = ""
    status: int = 200
    send: str = ""
    file: bool = False
    note: str = ""

    def __str__(self) -> str:
        return "-".join(part for part in (self.route, self.who, self.note) if part)


PRACTICE = "/pratiche/{bs_01}/"
WAITING = "/pratiche/{mn_01}/"

VISITS = (
    # Anyone.
    Visit(route="inizio", address="/"),
    Visit(route="accesso", address="/accesso/"),
    Visit(route="uscita", address="/uscita/"),
    Visit(route="aiuto", address="/aiuto/"),
    Visit(route="stato", address="/stato/"),
    Visit(route="accessibilita", address="/accessibilita/"),
    Visit(route="privacy", address="/privacy/"),
    Visit(route="note-legali", address="/note-legali/"),
    Visit(route="security-txt", address="/.well-known/security.txt", file=True),
    Visit(route="healthz", address="/healthz", file=True),
    Visit(route="readyz", address="/readyz", file=True),
    Visit(route="metrics", address="/metrics", file=True),
    Visit(route="assente", address="/non-esiste/", status=404),
    # The way in and out, gone wrong; the way in that goes well is in tests/saml.
    Visit(route="spid-login", address="/spid/login/?idp=https://ignoto.example", status=404),
    Visit(route="spid-acs", address="/spid/acs/"),
    Visit(route="spid-slo", address="/spid/slo/"),
    Visit(route="spid-metadata", address="/spid/metadata/", file=True),
    Visit(route="cie-login", address="/cie/login/?idp=https://ignoto.example", status=404),
    Visit(route="cie-acs", address="/cie/acs/"),
    Visit(route="cie-slo", address="/cie/slo/"),
    Visit(route="cie-metadata", address="/cie/metadata/", file=True),
    Visit(route="eidas-login", address="/eidas/login/?idp=https://ignoto.example", status=404),
    Visit(route="eidas-acs", address="/eidas/acs/"),
    Visit(route="eidas-slo", address="/eidas/slo/"),
    Visit(route="eidas-metadata", address="/eidas/metadata/", file=True),
    Visit(route="uscita", address="/uscita/?esci=biglietto", note="cie"),
    # The way to the modules, gone wrong; the way that goes well is in tests/oauth.
    Visit(route="authorize", address="/oauth/authorize/?client_id=ignoto", status=400),
    Visit(route="authorize", address="/oauth/authorize/", who="luca", status=400, note="vuota"),
    Visit(route="logout", address="/oauth/logout/"),
    Visit(route="jwks", address="/oauth/jwks/", file=True),
    Visit(route="openid-configuration", address="/.well-known/openid-configuration", file=True),
    Visit(route="metadata", address="/.well-known/oauth-authorization-server", file=True),
    Visit(route="authzen", address="/.well-known/authzen-configuration", file=True),
    # Super Utente.
    Visit(route="inizio", address="/", who="elena"),
    Visit(route="cruscotto", address="/cruscotto/", who="elena"),
    Visit(route="ambiti", address="/ambiti/", who="elena"),
    Visit(
        route="ambiti", address="/ambiti/?stato=in-lavorazione&nome=zzz", who="elena", note="vuoto"
    ),
    Visit(route="ambito", address="/ambiti/BS-04/", who="elena"),
    Visit(route="note", address="/note/", who="elena"),
    Visit(route="pratica", address=PRACTICE, who="elena", note="atto"),
    Visit(route="pratica", address=WAITING, who="elena", note="documenti"),
    Visit(
        route="pratica-rifiuta",
        address=WAITING,
        who="elena",
        send="/rifiuta/",
        status=422,
        note="errori",
    ),
    Visit(
        route="pratica-documento", address=PRACTICE + "documenti/{paper}/", who="elena", file=True
    ),
    Visit(route="pratica-atto", address=PRACTICE + "atto/", who="elena", file=True),
    Visit(route="io", address="/io/", who="elena", note="due-collegamenti"),
    Visit(route="accessi", address="/accessi/", who="elena"),
    Visit(route="accesso-registrato", address="/accessi/{login}/", who="elena"),
    Visit(
        route="accesso-blocca",
        address="/accessi/{login}/",
        who="elena",
        send="/blocca/",
        status=422,
        note="errori",
    ),
    Visit(
        route="accesso-togli",
        address="/accessi/{login}/",
        who="elena",
        send="/togli/",
        status=422,
        note="errori",
    ),
    Visit(
        route="accesso-segnala",
        address="/accessi/{login}/",
        who="elena",
        send="/segnala/",
        status=422,
        note="errori",
    ),
    Visit(
        route="accesso-segnalazione",
        address="/accessi/{login}/segnalazioni/{notice}/",
        who="elena",
        file=True,
    ),
    Visit(route="gestori", address="/gestori/", who="elena"),
    Visit(route="gestori", address="/gestori/", who="anna", status=403, note="rifiuto"),
    Visit(route="gestore-modifica", address="/gestori/modifiche/{moved}/", who="elena"),
    Visit(
        route="gestore-modifica",
        address="/gestori/modifiche/{signer}/",
        who="elena",
        note="firmatario",
    ),
    Visit(
        route="gestore-approva",
        address="/gestori/modifiche/{signer}/",
        who="elena",
        send="/approva/",
        status=422,
        note="errori",
    ),
    Visit(
        route="gestore-rifiuta",
        address="/gestori/modifiche/{moved}/",
        who="elena",
        send="/rifiuta/",
        status=422,
        note="errori",
    ),
    Visit(route="identita-estere", address="/identita-estere/", who="elena"),
    Visit(
        route="identita-estere",
        address="/identita-estere/?riferimento=zzz",
        who="elena",
        note="vuoto",
    ),
    Visit(route="identita-estera", address="/identita-estere/{waiting}/", who="elena"),
    Visit(
        route="identita-estera",
        address="/identita-estere/{waiting}/",
        who="elena",
        send="form",
        status=422,
        note="errori",
    ),
    Visit(
        route="identita-estera",
        address="/identita-estere/{linked}/",
        who="elena",
        note="collegata",
    ),
    Visit(route="entra-di-nuovo", address="/accesso/di-nuovo/?prossima=/cruscotto/", who="elena"),
    Visit(
        route="entra-di-nuovo",
        address="/accesso/di-nuovo/?prossima=/cruscotto/&livello=3",
        who="elena",
        note="livello-3",
    ),
    # The designated person, who has no role.
    Visit(route="inizio", address="/", who="pietro", note="senza-ruolo"),
    Visit(route="controfirma", address="/controfirma/", who="pietro"),
    Visit(route="controfirma", address="/controfirma/?passo=2", who="pietro", note="carica"),
    Visit(route="controfirma-link", address="/controfirma/{token}/", who="pietro"),
    Visit(
        route="controfirma-link",
        address="/controfirma/{token}/?passo=2",
        who="pietro",
        send="enctype",
        status=422,
        note="errori",
    ),
    Visit(
        route="controfirma-link",
        address="/controfirma/{token}/",
        who="nora",
        status=403,
        note="altra-persona",
    ),
    Visit(route="controfirma-atto", address="/controfirma/atto/", who="pietro", file=True),
    Visit(
        route="controfirma-link-atto", address="/controfirma/{token}/atto/", who="pietro", file=True
    ),
    # Amministratore.
    Visit(route="inizio", address="/", who="anna"),
    Visit(route="comuni", address="/comuni/", who="anna"),
    Visit(route="comuni", address="/comuni/?stato=sospeso", who="anna", note="vuoto"),
    Visit(route="comune", address="/comuni/B102/", who="anna", note="abilitato"),
    Visit(route="comune", address="/comuni/C948/", who="anna", note="rifiutato"),
    Visit(route="comune", address="/comuni/F851/", who="anna", note="da-preparare"),
    Visit(route="comune", address="/comuni/D227/", who="marco", note="verificato"),
    Visit(route="comune", address="/comuni/E897/", who="marco", note="sospeso"),
    Visit(route="comune", address="/comuni/E897/", who="anna", status=404, note="altrove"),
    Visit(
        route="comune-carica",
        address="/comuni/C948/",
        who="anna",
        send="/carica/",
        status=422,
        note="errori",
    ),
    Visit(
        route="comune-abilita",
        address="/comuni/D227/",
        who="marco",
        send="/abilita/",
        status=422,
        note="errori",
    ),
    Visit(route="comune-documento", address="/comuni/B102/convenzione.pdf", who="anna", file=True),
    Visit(route="rapporto", address="/comuni/B102/rapporti/{bovezzo}/", who="anna"),
    Visit(
        route="rapporto", address="/comuni/C948/rapporti/{concesio}/", who="anna", note="rifiuto"
    ),
    Visit(route="comune-sospendi", address="/comuni/B102/sospendi/", who="anna"),
    Visit(
        route="comune-sospendi",
        address="/comuni/B102/sospendi/",
        who="anna",
        send="form",
        status=422,
        note="errori",
    ),
    Visit(route="comune-riattiva", address="/comuni/E897/riattiva/", who="marco"),
    Visit(route="operatori", address="/operatori/", who="anna"),
    Visit(route="operatori", address="/operatori/?nome=zzz", who="anna", note="vuoto"),
    Visit(route="operatore-nuovo", address="/operatori/nuovo/?comune=B102", who="anna"),
    Visit(
        route="operatore-nuovo",
        address="/operatori/nuovo/",
        who="anna",
        send="form",
        status=422,
        note="errori",
    ),
    Visit(route="revoca", address="/operatori/{grant}/revoca/", who="anna"),
    Visit(
        route="revoca",
        address="/operatori/{grant}/revoca/",
        who="anna",
        send="form",
        status=422,
        note="errori",
    ),
    Visit(route="registro", address="/registro/", who="anna"),
    # An operator.
    Visit(route="scegli-profilo", address="/scegli-profilo/", who="luca"),
    Visit(route="io", address="/io/", who="luca"),
    Visit(route="perche", address="/io/perche/", who="luca"),
    Visit(
        route="perche",
        address="/io/perche/?azione=gepi:caso.completo&comune=E897",
        who="luca",
        note="risposta",
    ),
    Visit(route="comuni", address="/comuni/", who="franca", status=403, note="rifiuto"),
    Visit(route="comuni", address="/comuni/", who="luca", note="scelta"),
    # The privacy officer.
    Visit(route="inizio", address="/", who="franca"),
    Visit(route="registro", address="/registro/", who="franca"),
    Visit(route="registro", address="/registro/?esito=1&dal=1/1/2026", who="franca", note="filtri"),
    Visit(
        route="registro",
        address="/registro/?dal=1/1/2027&al=boh",
        who="franca",
        status=422,
        note="errori",
    ),
    Visit(route="evento", address="/registro/{event}/", who="franca"),
    Visit(
        route="evento-verifica",
        address="/registro/{event}/",
        who="franca",
        send="/verifica/",
        note="prova",
    ),
    Visit(route="evento-prova", address="/registro/{event}/prova/", who="franca", file=True),
    Visit(route="accessi", address="/accessi/", who="franca"),
    Visit(
        route="accessi", address="/accessi/", who="franca", send="form", status=422, note="errori"
    ),
    Visit(route="accesso-registrato", address="/accessi/{login}/", who="franca"),
    Visit(
        route="accesso-messaggi",
        address="/accessi/{login}/",
        who="franca",
        send="/messaggi/",
        status=422,
        note="errori",
    ),
    Visit(
        route="accesso-verifica",
        address="/accessi/{login}/",
        who="franca",
        send="/verifica/",
        note="prova",
    ),
    Visit(route="interessato", address="/registro/interessato/", who="franca"),
    Visit(
        route="interessato",
        address="/registro/interessato/",
        who="franca",
        send="form",
        status=422,
        note="errori",
    ),
)

# Addresses that only receive: the answers to a form are seen in the visits that `send`, or are
# a redirect to a page above; those of the modules' machines are JSON; `resume` goes on by itself.
ONLY_RECEIVE = {
    "resume",
    "token",
    "introspect",
    "revoke",
    "evaluation",
    "evaluations",
    "esci",
    "io-chiudi",
    "ambito-invita",
    "pratica-verifica",
    "pratica-predisponi",
    "pratica-carica",
    "pratica-link",
    "pratica-censisci",
    "pratica-integrazione",
    "pratica-cessa",
    "comune-prepara",
}
