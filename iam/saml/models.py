# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Identity providers, the requests that wait for an answer, and the register of log-ins."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length
from django.db.models.lookups import Exact, GreaterThan

from iam.kernel.keyring import keyring
from iam.saml.register.models import AnomalyNotice, LoginHold
from iam.saml.registry.models import RegistryChange, RegistryCopy, RegistryState, TrustedSigner
from iam.saml.registry.types import Origin
from iam.saml.types import Comparison, Scheme

__all__ = [
    "AnomalyNotice",
    "AuthnRequest",
    "IdentityProvider",
    "LoginHold",
    "LoginRecord",
    "RegistryChange",
    "RegistryCopy",
    "RegistryState",
    "TrustedSigner",
]


def _is_scheme() -> Q:
    return Q(scheme__in=[scheme.value for scheme in Scheme])


class IdentityProvider(models.Model):
    """One provider as its metadata describe it; `certificates` (DER) hold its signing keys.

    `origin` says who vouches for it: the registry, or a folder of development and tests.
    """

    id = models.BigAutoField(primary_key=True)
    scheme = models.TextField(default=Scheme.SPID.value)
    entity_id = models.TextField()
    origin = models.TextField(default=Origin.FOLDER.value)
    name = models.TextField()
    certificates = ArrayField(models.BinaryField())
    sso_post = models.TextField(blank=True, default="")
    sso_redirect = models.TextField(blank=True, default="")
    slo_post = models.TextField(blank=True, default="")
    slo_redirect = models.TextField(blank=True, default="")
    slo_response = models.TextField(blank=True, default="")
    metadata = models.BinaryField()
    loaded_at = models.DateTimeField()

    class Meta:
        db_table = "saml_identity_provider"
        constraints = (
            models.UniqueConstraint(
                "scheme", "entity_id", name="identity_provider_once_per_scheme"
            ),
            models.CheckConstraint(name="identity_provider_has_a_scheme", condition=_is_scheme()),
            models.CheckConstraint(
                name="identity_provider_has_an_origin",
                condition=Q(origin__in=[origin.value for origin in Origin]),
            ),
            models.CheckConstraint(
                name="identity_provider_has_a_certificate",
                condition=GreaterThan(models.Func("certificates", function="cardinality"), 0),
            ),
            models.CheckConstraint(
                name="identity_provider_has_an_address",
                condition=~Q(sso_post="") | ~Q(sso_redirect=""),
            ),
        )

    def __str__(self) -> str:
        return self.entity_id


class AuthnRequest(models.Model):
    """A request on its way. `browser` is the SHA-256 of the cookie of who asked.

    `session` is the key of the session that was open there, if one was: the answer comes from
    another site and does not bring its cookie, but the new log-in takes that session's place.
    """

    id = models.TextField(primary_key=True)
    scheme = models.TextField(default=Scheme.SPID.value)
    provider = models.ForeignKey(IdentityProvider, on_delete=models.CASCADE, related_name="+")
    level = models.SmallIntegerField()
    comparison = models.TextField(default=Comparison.MINIMUM.value)
    address = models.TextField()
    attribute_set = models.SmallIntegerField(default=0)
    purpose = models.TextField(blank=True, default="")
    next_page = models.TextField(blank=True, default="")
    browser = models.BinaryField()
    session = models.TextField(blank=True, default="", db_default="")
    document_sealed = models.BinaryField()
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    consumed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "saml_authn_request"
        constraints = (
            models.CheckConstraint(
                name="authn_request_cannot_be_guessed", condition=Q(id__regex="^_[0-9a-f]{32}$")
            ),
            models.CheckConstraint(name="authn_request_has_a_scheme", condition=_is_scheme()),
            models.CheckConstraint(
                name="authn_request_level_is_spid", condition=Q(level__gte=1, level__lte=3)
            ),
            models.CheckConstraint(
                name="authn_request_belongs_to_a_browser",
                condition=Exact(Length("browser"), 32),
            ),
            models.CheckConstraint(
                name="authn_request_expires_after_issue",
                condition=Q(expires_at__gt=F("issued_at")),
            ),
            models.CheckConstraint(
                name="authn_request_used_before_expiry",
                condition=Q(consumed_at__isnull=True) | Q(consumed_at__lt=F("expires_at")),
            ),
        )

    def __str__(self) -> str:
        return self.id

    @property
    def document(self) -> bytes:
        """The signed request as it was sent."""
        return keyring().decrypt(bytes(self.document_sealed), about=self.id.encode())


class LoginRecord(models.Model):
    """The pair of messages of one log-in, kept for 24 months. Append-only.

    Source: DPCM 24-10-2014, art. 13, comma 2; RT, log of the service provider. The messages
    are encrypted; `digest` is the SHA-256 of the whole record, and the events of the log-in
    repeat it, so that the tree of the log covers it; `event` is the number of the first one.
    """

    id = models.BigAutoField(primary_key=True)
    reference = models.TextField(unique=True)
    at = models.DateTimeField()
    scheme = models.TextField()
    provider = models.TextField()
    request_id = models.TextField()
    response_id = models.TextField(blank=True, default="")
    assertion_id = models.TextField(blank=True, default="")
    outcome = models.TextField(blank=True, default="")
    person = models.UUIDField(null=True, blank=True)
    request_sealed = models.BinaryField()
    response_sealed = models.BinaryField()
    digest = models.BinaryField()
    event = models.BigIntegerField(null=True, blank=True)

    class Meta:
        db_table = "saml_login_record"
        indexes = (
            models.Index("request_id", name="login_record_request"),
            models.Index("response_id", name="login_record_response"),
            models.Index("person", F("at").desc(), name="login_record_person"),
            models.Index("at", name="login_record_at"),
            models.Index(
                fields=["at"],
                name="login_record_our_faults",
                condition=Q(outcome="spid-nostro-errore"),
            ),
        )
        constraints = (
            models.CheckConstraint(name="login_record_has_a_scheme", condition=_is_scheme()),
            models.CheckConstraint(
                name="login_record_digest_is_sha256", condition=Exact(Length("digest"), 32)
            ),
            models.CheckConstraint(
                name="login_record_success_has_a_person",
                condition=~Q(outcome="") | Q(person__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return self.reference

    @property
    def request(self) -> bytes:
        return keyring().decrypt(bytes(self.request_sealed), about=self.reference.encode())

    @property
    def response(self) -> bytes:
        return keyring().decrypt(bytes(self.response_sealed), about=self.reference.encode())
