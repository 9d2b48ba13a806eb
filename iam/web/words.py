# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later

"""The names of things in the sentences of the pages: events, facts, permissions.

A test asks that every kind of event and every permission has its words.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from iam.kernel.permissions import Permission, Section

# kind: what was done, as the end of "La persona ...", and as it is when nobody is named.
EVENTS: Final[dict[str, str]] = {
    "accounts.person.entered": "È entrata o entrato nel servizio",
    "accounts.person.left": "È uscita o uscito dal servizio",
    "accounts.session.closed": "Ha chiuso un proprio collegamento",
    "audit.action.denied": "Operazione rifiutata",
    "audit.event.read": "Ha aperto un'operazione del registro",
    "audit.event-proof.read": "Ha verificato l'integrità di un'operazione",
    "audit.record.changed": "Dato modificato",
    "audit.register.exported": "Ha esportato una parte del registro",
    "audit.register.read": "Ha letto il registro",
    "audit.subject-accesses.read": "Ha chiesto chi ha visto i dati di una persona",
    "convenzioni.convenzione.prepared": "Ha preparato la convenzione",
    "convenzioni.convenzione.downloaded": "Ha scaricato la convenzione",
    "convenzioni.file.received": "Ha caricato un file firmato",
    "convenzioni.file.judged": "Firma controllata",
    "convenzioni.comune.enabled": "Ha abilitato il Comune",
    "convenzioni.comune.suspended": "Ha sospeso il Comune",
    "convenzioni.comune.reactivated": "Ha riattivato il Comune",
    "enti.representative.appointed": "Legale rappresentante registrato",
    "enti.territories.loaded": "Territori caricati",
    "enti.ambiti.imported": "Ambiti importati",
    "enti.ipa.imported": "Indice delle pubbliche amministrazioni importato",
    "notifications.message.queued": "Messaggio PEC preparato",
    "notifications.message.attempted": "Invio PEC tentato",
    "notifications.message.sent": "Messaggio PEC inviato",
    "notifications.message.postponed": "Invio PEC rimandato",
    "notifications.message.outcome-unknown": "Esito dell'invio PEC non noto",
    "notifications.message.released": "Messaggio PEC rimesso in coda",
    "notifications.message.accepted": "PEC accettata dal gestore",
    "notifications.message.delivered": "PEC consegnata",
    "notifications.message.failed": "PEC non consegnata",
    "notifications.receipt.kept": "Ricevuta PEC conservata",
    "notifications.incoming.received": "PEC ricevuta",
    "notifications.incoming.repeated": "PEC ricevuta di nuovo",
    "notifications.incoming.matched": "PEC collegata a una pratica",
    "notifications.incoming.discarded": "PEC messa da parte",
    "oauth.client.registered": "Ha registrato un modulo della piattaforma",
    "oauth.client.suspended": "Ha sospeso un modulo della piattaforma",
    "oauth.signing-key.turned": "Chiave di firma sostituita",
    "oauth.expired.forgotten": "Permessi scaduti cancellati",
    "oauth.code.issued": "Ha aperto un modulo della piattaforma",
    "oauth.entry.refused": "Ingresso in un modulo rifiutato",
    "oauth.token.issued": "Permesso di accesso rilasciato a un modulo",
    "oauth.token.refused": "Permesso di accesso rifiutato a un modulo",
    "oauth.token.revoked": "Permesso di accesso ritirato",
    "oauth.decision.given": "Accesso ai dati chiesto da un modulo",
    "oauth.question.rejected": "Domanda di un modulo non comprensibile",
    "roles.accreditation.opened": "Ha aperto la pratica dell'Ambito",
    "roles.accreditation.compiled": "Dati dell'Amministratore compilati",
    "roles.accreditation.note-received": "Documentazione ricevuta per PEC",
    "roles.accreditation.note-waiting": "PEC in attesa di essere abbinata",
    "roles.accreditation.review-started": "Ha avviato la verifica della pratica",
    "roles.accreditation.integration-requested": "Ha chiesto un'integrazione all'ente",
    "roles.accreditation.act-prepared": "Ha predisposto l'atto di designazione",
    "roles.accreditation.act-uploaded": "Ha caricato l'atto firmato",
    "roles.accreditation.act-judged": "Firma dell'atto controllata",
    "roles.accreditation.countersign-invited": "Ha inviato il link di controfirma",
    "roles.accreditation.registered": "Ha censito l'Amministratore di Ambito",
    "roles.accreditation.communicated": "Accreditamento comunicato all'ente",
    "roles.accreditation.refused": "Ha rifiutato la pratica",
    "roles.accreditation.ceased": "Ha fatto cessare l'Amministratore di Ambito",
    "roles.indication.recorded": "Ha registrato l'indicazione di un Comune",
    "roles.grant.created": "Ha assegnato un profilo",
    "roles.grant.revoked": "Ha revocato un profilo",
    "roles.version.proposed": "Ha proposto una versione di un ruolo",
    "roles.version.approved": "Ha approvato una versione di un ruolo",
    "saml.login.started": "Accesso con SPID cominciato",
    "saml.login.succeeded": "Accesso con SPID riuscito",
    "saml.login.refused": "Accesso con SPID non riuscito",
    "saml.logout.requested": "Uscita da SPID chiesta",
    "saml.provider.removed": "Gestore di identità tolto dall'elenco",
    "saml.logout.answered": "Uscita da SPID",
    "saml.service.faulted": "Errore nel colloquio con il gestore SPID",
    "saml.provider.loaded": "Gestore di identità registrato",
    "signatures.trust-list.loaded": "Elenco di fiducia aggiornato",
}

FACTS: Final[dict[str, str]] = {
    "accreditation": "Pratica",
    "ambito": "Ambito",
    "client": "Modulo",
    "code": "Codice",
    "comune": "Comune",
    "convenzione": "Convenzione",
    "decision": "Decisione",
    "document_sha256": "Impronta del documento",
    "ente": "Ente",
    "file_sha256": "Impronta del file",
    "first": "Prima volta",
    "grant": "Profilo assegnato",
    "idp": "Gestore di identità",
    "indication": "Indicazione",
    "law": "Versione delle regole",
    "law_version": "Versione delle regole",
    "level": "Livello SPID",
    "modello": "Modello",
    "number": "Numero",
    "permission": "Operazione",
    "person": "Persona",
    "practice": "Pratica",
    "protocol_date": "Data di protocollo",
    "protocol_number": "Numero di protocollo",
    "purpose": "Finalità",
    "reason": "Motivo",
    "reasons": "Motivi del rifiuto",
    "report_hash": "Impronta del rapporto",
    "role": "Profilo",
    "role_version": "Versione del profilo",
    "scheme": "Identità digitale",
    "sections": "Sezioni",
    "since": "Dal",
    "size": "Dimensione (byte)",
    "subject": "Interessato (codice)",
    "territory": "Territorio",
    "trust_list_sha256": "Impronta dell'elenco di fiducia",
    "until": "Fino al",
    "upload": "File caricato",
    "verb": "Funzione",
    "verdict": "Esito",
}

PERMISSIONS: Final[dict[Permission, str]] = {
    Permission.NETWORK_READ: "Vedere lo stato di tutti gli Ambiti",
    Permission.ACCREDITATION_READ: "Vedere una pratica di accreditamento",
    Permission.ACCREDITATION_REVIEW: "Istruire una pratica di accreditamento",
    Permission.ACCREDITATION_REGISTER: "Censire un Amministratore di Ambito",
    Permission.DESIGNATION_UPLOAD: "Caricare l'atto di designazione firmato",
    Permission.CONVENZIONE_READ: "Vedere la convenzione di un Comune",
    Permission.CONVENZIONE_PREPARE: "Preparare la convenzione di un Comune",
    Permission.CONVENZIONE_UPLOAD: "Caricare la convenzione firmata",
    Permission.COMUNE_ENABLE: "Abilitare un Comune",
    Permission.COMUNE_SUSPEND: "Sospendere o riattivare un Comune",
    Permission.GRANT_READ: "Vedere gli operatori",
    Permission.GRANT_CREATE: "Accreditare un operatore",
    Permission.GRANT_REVOKE: "Revocare un profilo",
    Permission.REGISTER_READ: "Leggere il registro delle operazioni",
    Permission.REGISTER_READ_SUBJECT: "Sapere chi ha visto i dati di una persona",
    Permission.NUCLEO_ANAGRAFICA: "Vedere i dati anagrafici di un nucleo",
    Permission.CASO_COMPLETO: "Vedere i dati completi di un caso",
    Permission.ASSEGNAZIONE_WRITE: "Assegnare un nucleo a un case manager",
    Permission.PATTO_WRITE: "Scrivere un Patto per l'inclusione",
    Permission.CONTROLLI_LISTA: "Vedere l'elenco dei controlli anagrafici",
    Permission.CONTROLLI_VERIFICA: "Registrare l'esito di un controllo anagrafico",
    Permission.CONTROLLI_ASSEGNA: "Assegnare i controlli anagrafici",
    Permission.PUC_CATALOGO: "Gestire il catalogo dei progetti utili alla collettività",
    Permission.PUC_ASSEGNA: "Assegnare una persona a un progetto utile alla collettività",
}
"""What a person may ask "perché non posso?" about."""


def event_words(kind: str, facts: Mapping[str, Any] | None = None) -> str:
    """Say what an event was; a refusal also names what was refused."""
    words = EVENTS.get(kind, kind)
    asked = PERMISSION_WORDS.get((facts or {}).get("permission", ""))
    return f"{words}: {asked}" if kind == "audit.action.denied" and asked else words


SECTION_WORDS: Final[dict[str, str]] = {
    Section.PATTI: "Patti per l'inclusione",
    Section.ANAGRAFICI: "Controlli anagrafici",
    Section.PUC: "Progetti utili alla collettività",
}

PERMISSION_WORDS: Final = {permission.value: words for permission, words in PERMISSIONS.items()}
