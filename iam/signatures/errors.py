# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
from iam.kernel.errors import DomainError


class FileTooLarge(DomainError):
    code = "file-troppo-grande"
    message = (
        "Il file pesa {megabytes} MB e il massimo è 20 MB. "
        "Riduci il file, per esempio con una scansione in bianco e nero, e caricalo di nuovo."
    )
    status = 413


class FileIsEmpty(DomainError):
    code = "file-vuoto"
    message = "Il file è vuoto. Controlla di aver scelto quello giusto e caricalo di nuovo."
    status = 400


class TrustListRefused(DomainError):
    code = "elenco-di-fiducia-rifiutato"
    message = (
        "L'elenco dei prestatori di servizi fiduciari non è stato caricato: {why} "
        "Resta in uso quello precedente. Avvisa chi gestisce il servizio."
    )


class DocumentNotCompiled(DomainError):
    code = "documento-non-generato"
    message = (
        "Non siamo riusciti a preparare il documento. Il modello contiene un errore: "
        "avvisa chi gestisce i modelli."
    )
    status = 500
