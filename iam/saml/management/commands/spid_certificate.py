# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Make the key and the self-signed certificate of the service provider, and change them."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any

from cryptography import x509
from django.core.management.base import BaseCommand, CommandError

from iam.saml.federation.certificate import (
    make_certificate,
    next_paths,
    previous_paths,
    published_certificates,
    retire,
    signing_key,
    store,
    store_next,
    switch,
)
from iam.saml.federation.service import ServiceProvider, service_provider
from iam.saml.registry.signers import fingerprint, spoken


class Command(BaseCommand):
    help = (
        "Crea la chiave SPID e il certificato autofirmato secondo l'Avviso 29 di AgID, senza "
        "rete. Per cambiare chiave: --next, poi --switch, poi --retire."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        step = parser.add_mutually_exclusive_group()
        step.add_argument(
            "--if-missing", action="store_true", help="Non fare nulla se esistono già."
        )
        step.add_argument(
            "--next",
            action="store_true",
            help="Crea la chiave che verrà: i metadata mostrano le due, si firma con la vecchia.",
        )
        step.add_argument(
            "--switch",
            action="store_true",
            help="Firma con la chiave nuova: solo dopo che AgID ha distribuito i metadata.",
        )
        step.add_argument(
            "--retire", action="store_true", help="Togli dai metadata la chiave vecchia."
        )
        step.add_argument("--show", action="store_true", help="Elenca i certificati pubblicati.")

    def handle(self, *args: Any, **options: Any) -> None:
        provider = service_provider()
        if options["next"]:
            return self._next(provider)
        if options["switch"]:
            return self._switch(provider)
        if options["retire"]:
            return self._retire(provider)
        if options["show"]:
            return self._show(provider)
        return self._first(provider, if_missing=options["if_missing"])

    def _first(self, provider: ServiceProvider, *, if_missing: bool) -> None:
        exists = provider.key_path.exists() and provider.certificate_path.exists()
        if exists and if_missing:
            return
        if exists:
            raise CommandError(
                f"{provider.certificate_path} esiste già, e i gestori di identità conoscono "
                "quello. Per cambiarlo usa --next."
            )
        # The clock of this machine: the command works before there is a database.
        store(make_certificate(provider, at=datetime.now(UTC)), provider)
        self.stdout.write(f"Certificato SPID creato: {provider.certificate_path}")

    def _next(self, provider: ServiceProvider) -> None:
        if next_paths(provider)[1].exists():
            raise CommandError("La chiave nuova c'è già: manda i metadata ad AgID, poi --switch.")
        if previous_paths(provider)[1].exists():
            raise CommandError("C'è ancora la chiave del cambio precedente: prima --retire.")
        self._need(provider)
        store_next(make_certificate(provider, at=datetime.now(UTC)), provider)
        self.stdout.write(
            "Chiave nuova creata. I metadata mostrano già le due chiavi; si firma ancora con la "
            "vecchia.\nAdesso: manda i metadata ad AgID (e al Ministero dell'Interno per CIE) e "
            "aspetta la conferma che tutti i gestori li hanno presi. Poi: spid_certificate "
            "--switch."
        )

    def _switch(self, provider: ServiceProvider) -> None:
        self._need(provider)
        try:
            switch(provider)
        except FileNotFoundError as fault:
            raise CommandError("Non c'è una chiave nuova: prima --next.") from fault
        self.stdout.write(
            "Ora si firma con la chiave nuova; la vecchia resta nei metadata.\nProva un accesso "
            "con due gestori diversi. Se uno lo rifiuta non ha ancora i metadata nuovi. Quando "
            "tutto va, spid_certificate --retire e manda di nuovo i metadata."
        )

    def _retire(self, provider: ServiceProvider) -> None:
        if not previous_paths(provider)[1].exists():
            raise CommandError("Non c'è una chiave vecchia da togliere.")
        retire(provider)
        self.stdout.write("La chiave vecchia non è più nei metadata. Mandali di nuovo ad AgID.")

    def _show(self, provider: ServiceProvider) -> None:
        self._need(provider)
        in_use = signing_key(provider).certificate
        for der in published_certificates(provider):
            end = x509.load_der_x509_certificate(der).not_valid_after_utc
            use = "in uso" if der == in_use else "solo pubblicato"
            self.stdout.write(f"{spoken(fingerprint(der))}  fino al {end:%d/%m/%Y}  {use}")

    def _need(self, provider: ServiceProvider) -> None:
        try:
            signing_key(provider)
        except FileNotFoundError as fault:
            raise CommandError("Non c'è ancora nessun certificato: spid_certificate.") from fault
