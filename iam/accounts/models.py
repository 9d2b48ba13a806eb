# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Persons: a UUID is the key, the codice fiscale is encrypted and found by its pseudonym."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any
from uuid import uuid4

from django.contrib.auth.models import AbstractBaseUser
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models.functions import Length
from django.db.models.lookups import Exact

from iam.accounts.types import ForeignPerson
from iam.kernel.keyring import keyring


class PersonManager(models.Manager["Person"]):
    def get_by_natural_key(self, key: str) -> Person:
        return self.get(pk=key)

    def with_codice_fiscale(self, codice_fiscale: str) -> models.QuerySet[Person]:
        """Return at most one person; every epoch of the pseudonym's key is tried."""
        indexes = keyring().pseudonyms(codice_fiscale)
        return self.filter(codice_fiscale_index__in=indexes)


class Person(AbstractBaseUser):  # type: ignore[django-manager-missing]  # of third-party models
    """A natural person who logged in or was named in an act. No password: only SPID and CIE."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    given_name = models.TextField()
    family_name = models.TextField()
    codice_fiscale_sealed = models.BinaryField()
    codice_fiscale_index = models.BinaryField(unique=True, max_length=32)
    email = models.EmailField(blank=True, default="")
    phone = models.TextField(blank=True, default="")
    known_since = models.DateTimeField()
    ceased_at = models.DateTimeField(null=True, blank=True)

    password = None  # type: ignore[assignment]  # nobody has one
    last_login = None  # the log says it

    USERNAME_FIELD = "id"
    REQUIRED_FIELDS = []

    objects = PersonManager()

    class Meta:
        db_table = "accounts_person"
        constraints = (
            models.CheckConstraint(
                name="person_has_a_name",
                condition=~models.Q(given_name="") & ~models.Q(family_name=""),
            ),
        )

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def full_name(self) -> str:
        return f"{self.given_name} {self.family_name}"

    @property
    def codice_fiscale(self) -> str:
        return keyring().decrypt(bytes(self.codice_fiscale_sealed), about=self.pk.bytes).decode()

    @codice_fiscale.setter
    def codice_fiscale(self, value: str) -> None:
        """Seal `value`; the key of the row is bound to it, so rows cannot be swapped."""
        self.codice_fiscale_sealed = keyring().encrypt(value.encode(), about=self.pk.bytes)
        self.codice_fiscale_index = keyring().pseudonym(value)

    @property
    def is_active(self) -> bool:  # type: ignore[override]  # Django's is a field default
        return self.ceased_at is None

    def get_session_auth_hash(self) -> str:
        """There is no password whose change would end the sessions."""
        return ""

    def set_password(self, raw_password: Any) -> None:
        raise NotImplementedError("nobody has a password here")


class LinkedIdentity(models.Model):
    """An identifier that a provider uses for a person, such as a spidCode."""

    id = models.BigAutoField(primary_key=True)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="identities")
    scheme = models.TextField()
    provider = models.TextField()
    code = models.TextField()
    first_seen = models.DateTimeField()

    class Meta:
        db_table = "accounts_linked_identity"
        constraints = (
            models.UniqueConstraint(
                "scheme", "provider", "code", name="identity_linked_to_one_person"
            ),
        )

    def __str__(self) -> str:
        return f"{self.scheme} {self.pk}"


class ForeignIdentity(models.Model):
    """An identity that another State vouches for (eIDAS): nobody's, until it is linked.

    It has no codice fiscale, so it opens nothing by itself. A Super Utente links it to a person
    on record by an act; `reference` is what its owner tells to be found.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    reference = models.TextField(unique=True)
    provider = models.TextField()
    code_index = models.BinaryField(unique=True, max_length=32)
    sealed = models.BinaryField()
    first_seen = models.DateTimeField()
    last_seen = models.DateTimeField(db_index=True)
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="foreign_identities", null=True, blank=True
    )
    linked_at = models.DateTimeField(null=True, blank=True)
    linked_by = models.UUIDField(null=True, blank=True)
    act = models.TextField(blank=True, default="")

    class Meta:
        db_table = "accounts_foreign_identity"
        constraints = (
            models.CheckConstraint(
                name="foreign_identity_linked_by_an_act",
                condition=models.Q(person=None, linked_at=None, linked_by=None, act="")
                | (
                    models.Q(person__isnull=False, linked_at__isnull=False)
                    & models.Q(linked_by__isnull=False)
                    & ~models.Q(act="")
                ),
            ),
            models.CheckConstraint(
                name="foreign_identity_not_linked_by_its_owner",
                condition=models.Q(person=None) | ~models.Q(linked_by=models.F("person")),
            ),
        )

    def __str__(self) -> str:
        return self.reference

    @property
    def said(self) -> ForeignPerson:
        """What its State says of its owner."""
        return ForeignPerson(
            **json.loads(keyring().decrypt(bytes(self.sealed), about=self.pk.bytes))
        )

    @said.setter
    def said(self, value: ForeignPerson) -> None:
        content = json.dumps(asdict(value)).encode()
        self.sealed = keyring().encrypt(content, about=self.pk.bytes)


class BrowserSession(AbstractBaseSession):
    """A session of a browser; the person is a column, so that one may see and end one's own."""

    person = models.UUIDField(null=True, db_index=True)
    entered_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "accounts_session"

    @classmethod
    def get_session_store_class(cls) -> Any:
        from iam.accounts.sessions.store import SessionStore

        return SessionStore


class Attempts(models.Model):
    """How often an address or a person did a thing of late. `key` is a keyed pseudonym.

    `full_at` is when the whole burst will have been given back; `told_at` when a refusal last
    left an event. Only `iam.accounts.limits.counting` reads and writes it.
    """

    pk = models.CompositePrimaryKey("rule", "key")
    rule = models.TextField()
    key = models.BinaryField()
    full_at = models.DateTimeField(db_index=True)
    told_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "accounts_attempts"
        constraints = (
            models.CheckConstraint(
                name="attempts_key_is_a_pseudonym", condition=Exact(Length("key"), 32)
            ),
        )

    def __str__(self) -> str:
        return self.rule
