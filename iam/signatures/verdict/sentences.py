# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a person reads: what happened, why, what to do. Plain Italian, no blame."""

from __future__ import annotations

from dataclasses import dataclass

from iam.signatures.types import Reason


@dataclass(frozen=True)
class Sentence:
    """`title` and `text` name facts in braces."""

    title: str
    text: str


SENTENCES = {
    Reason.VALID: Sentence(
        "La firma è valida.",
        "Il documento è integro ed è firmato da {signers} con firma digitale.",
    ),
    Reason.NOT_SIGNED: Sentence(
        "Il file non contiene una firma digitale.",
        "Servono un PDF firmato (PAdES) o un file .p7m (CAdES). "
        "Firma il documento con il tuo dispositivo e caricalo di nuovo.",
    ),
    Reason.ALTERED: Sentence(
        "Il documento è stato modificato dopo la firma.",
        "Quello che si legge non è più quello che è stato firmato. "
        "Scarica l'originale e firmalo senza modificarlo.",
    ),
    Reason.FORGED: Sentence(
        "La struttura del file non è regolare.",
        "Il file contiene parti che la firma non protegge, quindi non possiamo fidarcene. "
        "Scarica l'originale, firmalo senza passarlo da altri programmi e caricalo di nuovo.",
    ),
    Reason.BROKEN: Sentence(
        "La firma non è integra.",
        "I dati della firma sono danneggiati o incompleti. Firma di nuovo l'originale.",
    ),
    Reason.OTHER_DOCUMENT: Sentence(
        "Il file firmato non è il documento che abbiamo preparato.",
        "Può essere un altro documento, o lo stesso salvato di nuovo da un programma o con il "
        "protocollo stampato sopra. Scarica l'originale da questa pagina, firmalo così com'è e "
        "caricalo.",
    ),
    Reason.WRONG_PERSON: Sentence(
        "Il documento è firmato da un'altra persona.",
        "La firma è valida, ma è di {signers}. Deve firmare {expected}. "
        "Chiedi una nuova firma: il file da firmare è lo stesso.",
    ),
    Reason.NO_CODICE_FISCALE: Sentence(
        "Il certificato di firma non contiene il codice fiscale.",
        "Senza non possiamo sapere se ha firmato {expected}. "
        "Firma con un certificato di firma digitale italiano, che lo contiene.",
    ),
    Reason.SEVERAL_SIGNERS: Sentence(
        "Ci sono firme che non dovrebbero esserci.",
        "Il documento è firmato da {signers}. Deve firmare solo {expected}. "
        "Scarica l'originale e fallo firmare a chi è indicato.",
    ),
    Reason.MISSING_SIGNER: Sentence(
        "Manca una firma.",
        "Il documento è firmato da {signers}. Manca la firma di {missing}. "
        "Falla aggiungere allo stesso file, senza toccare quella che c'è già.",
    ),
    Reason.WRONG_ORDER: Sentence(
        "Le firme non sono nell'ordine previsto.",
        "Devono firmare, in quest'ordine: {expected}. Ripartite dall'originale.",
    ),
    Reason.EXPIRED: Sentence(
        "Il certificato era scaduto.",
        "È scaduto il {expired_on}, la firma è del {signed_on}. "
        "Rinnova il certificato e firma di nuovo.",
    ),
    Reason.NOT_YET_VALID: Sentence(
        "Il certificato non è ancora valido.",
        "Vale dal {valid_from}. Aspetta quella data, poi firma di nuovo.",
    ),
    Reason.REVOKED: Sentence(
        "Il certificato è stato revocato.",
        "È stato revocato il {revoked_on}, e nulla prova che la firma sia precedente. "
        "Chiedi un nuovo certificato al tuo fornitore e firma di nuovo.",
    ),
    Reason.SUSPENDED: Sentence(
        "Il certificato è sospeso.",
        "È sospeso dal {revoked_on}. Chiedi al tuo fornitore di riattivarlo, "
        "poi carica di nuovo lo stesso file.",
    ),
    Reason.NOT_QUALIFIED: Sentence(
        "Questa non è una firma digitale.",
        "La firma è di {signers}, ma il certificato non è qualificato: può essere una firma "
        "elettronica avanzata, o fatta con la CNS o la CIE, che vale per altri atti. "
        "La procedura chiede la firma digitale: firma con un dispositivo di firma digitale.",
    ),
    Reason.SEAL: Sentence(
        "È un sigillo elettronico, non la firma di una persona.",
        "Il sigillo è di {signers}. Deve firmare {expected}, con la propria firma digitale.",
    ),
    Reason.UNTRUSTED: Sentence(
        "Chi ha rilasciato il certificato non è riconosciuto.",
        "Il fornitore «{provider}» non è tra i prestatori qualificati dell'elenco di fiducia. "
        "Firma con un certificato di un prestatore qualificato.",
    ),
    Reason.WEAK: Sentence(
        "La firma usa un metodo che non è più sicuro.",
        "Aggiorna il programma di firma e firma di nuovo l'originale.",
    ),
    Reason.TOO_LARGE: Sentence(
        "Il file è troppo grande.",
        "Il massimo è 20 MB. Scarica l'originale, che è molto più piccolo, e firma quello.",
    ),
    Reason.UNREADABLE: Sentence(
        "Non riusciamo a leggere il file.",
        "Può essere danneggiato o incompleto. Firma di nuovo l'originale e carica il file "
        "che ottieni.",
    ),
    Reason.ENCRYPTED: Sentence(
        "Il file è protetto da una password.",
        "Così non possiamo leggerlo. Scarica l'originale, firmalo senza proteggerlo e caricalo.",
    ),
    Reason.FORMAT: Sentence(
        "Il formato del file non è tra quelli che accettiamo.",
        "Servono un PDF firmato (PAdES) o un file .p7m (CAdES) che contenga il PDF. "
        "Nel programma di firma scegli uno dei due e carica il file che ottieni.",
    ),
    Reason.DETACHED: Sentence(
        "La firma è in un file a parte, senza il documento.",
        "Nel programma di firma scegli la firma che contiene il documento (.p7m completo) "
        "o la firma dentro il PDF, e carica quel file.",
    ),
    Reason.CANNOT_CHECK: Sentence(
        "Non riusciamo a controllare la firma in questo momento.",
        "Il fornitore del certificato non risponde. "
        "Il file è salvo: riproviamo da soli entro un'ora e ti scriviamo.",
    ),
    Reason.TRUST_LIST_UNAVAILABLE: Sentence(
        "Non riusciamo a controllare la firma in questo momento.",
        "L'elenco di fiducia dei prestatori non è disponibile o non è aggiornato. "
        "Il file è salvo: riproviamo da soli entro un'ora e ti scriviamo.",
    ),
}


def listed(names: list[str]) -> str:
    """Return `A, B e C`; a dash when there is nobody."""
    if not names:
        return "persona non indicata"
    if len(names) == 1:
        return names[0]
    return f"{', '.join(names[:-1])} e {names[-1]}"
