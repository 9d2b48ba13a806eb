# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Why a copy of the registry is not taken, and why a decision on it is not."""

from __future__ import annotations

from iam.kernel.errors import DomainError, InvalidInput


class RegistryRefused(DomainError):
    """The last good copy stays in force."""

    code = "registro-rifiutato"
    message = "La copia del registro non è utilizzabile. Resta in vigore l'ultima copia buona."


class RegistryUnreachable(RegistryRefused):
    code = "registro-irraggiungibile"
    message = (
        "Il registro non risponde ({why}). Resta in vigore l'ultima copia buona; riproviamo da "
        "soli."
    )


class RegistryAddressForbidden(RegistryRefused):
    """https only in production; never another host than the one in the settings."""

    code = "registro-indirizzo"
    message = (
        "L'indirizzo del registro non è ammesso ({why}). Resta in vigore l'ultima copia buona: "
        "controlla le impostazioni."
    )


class RegistryTooLarge(RegistryRefused):
    code = "registro-troppo-grande"
    message = (
        "Il registro ricevuto è troppo grande per essere autentico. Resta in vigore l'ultima "
        "copia buona."
    )


class RegistryUnreadable(RegistryRefused):
    """Not XML, a document type, not valid for the schema of SAML metadata."""

    code = "registro-illeggibile"
    message = "Il registro ricevuto non si legge ({why}). Resta in vigore l'ultima copia buona."


class RegistryUnsigned(RegistryRefused):
    code = "registro-senza-firma"
    message = (
        "Il registro ricevuto non ha una firma valida ({why}). Resta in vigore l'ultima copia "
        "buona."
    )


class SignerIsPublic(RegistryRefused):
    """Anybody may sign with a key that everybody has. It is refused even to who approves it."""

    code = "registro-chiave-pubblica"
    message = (
        "Il registro è firmato con una chiave che chiunque può scaricare da Internet: la firma "
        "non prova niente. Resta in vigore l'ultima copia buona. Avvisa AgID."
    )


class RegistryExpired(RegistryRefused):
    code = "registro-scaduto"
    message = "Il registro ricevuto valeva fino al {until}. Resta in vigore l'ultima copia buona."


class RegistryEmpty(RegistryRefused):
    code = "registro-vuoto"
    message = (
        "Il registro ricevuto non contiene nessun gestore utilizzabile. Resta in vigore "
        "l'ultima copia buona."
    )


class ProviderRepeated(RegistryRefused):
    code = "registro-gestore-ripetuto"
    message = (
        "Nel registro ricevuto il gestore {entity_id} compare due volte. Resta in vigore "
        "l'ultima copia buona."
    )


class SourceMissing(RegistryRefused):
    code = "registro-non-impostato"
    message = "L'indirizzo di questo registro non è impostato."


# --- decisions of a person


class ChangeSettled(DomainError):
    """Somebody decided before, or the registry no longer says so."""

    code = "modifica-superata"
    message = (
        "Questa modifica non è più da decidere: qualcuno l'ha già decisa, oppure il registro "
        "non la contiene più. Torna all'elenco."
    )


class ReasonMissing(InvalidInput):
    code = "motivo-assente"
    message = "Scrivi il motivo della decisione: resta nel registro."


class FingerprintDiffers(InvalidInput):
    """The fingerprint must come from elsewhere than the page: that is what is being checked."""

    code = "impronta-diversa"
    message = (
        "L'impronta che hai scritto non è quella di questo firmatario. Chiedila ad AgID con un "
        "altro mezzo, per esempio PEC o telefono, e ricopiala tutta. Se è diversa, rifiuta."
    )
