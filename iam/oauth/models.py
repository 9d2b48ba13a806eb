# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Clients, codes and tokens: the five models of django-oauth-toolkit, with what they lack.

Names of added columns are those of the toolkit's next release where it has them
(token_endpoint_auth_method, client_jwks, client_jwks_uri), so that it can replace ours.
"""

from typing import Any, ClassVar
from uuid import uuid4

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from oauth2_provider.models import (
    AbstractAccessToken,
    AbstractApplication,
    AbstractGrant,
    AbstractIDToken,
    AbstractRefreshToken,
)


class Client(AbstractApplication):  # type: ignore[misc]  # the toolkit has no types
    """A module of the platform. It may ask only for what is written in its row."""

    PRIVATE_KEY_JWT = "private_key_jwt"
    CLIENT_SECRET_BASIC = "client_secret_basic"
    CLIENT_SECRET_POST = "client_secret_post"
    AUTHENTICATION_METHODS: ClassVar = [
        (PRIVATE_KEY_JWT, "Asserzione firmata (private_key_jwt)"),
        (CLIENT_SECRET_BASIC, "Segreto nell'intestazione"),
        (CLIENT_SECRET_POST, "Segreto nel corpo"),
    ]

    algorithm = models.CharField("algoritmo", max_length=5, default="ES256", editable=False)
    token_endpoint_auth_method = models.CharField(
        "autenticazione", max_length=40, choices=AUTHENTICATION_METHODS, default=PRIVATE_KEY_JWT
    )
    client_jwks = models.JSONField("chiavi pubbliche", null=True, blank=True)
    client_jwks_uri = models.URLField(
        "indirizzo delle chiavi pubbliche",
        blank=True,
        default="",
        help_text="Dove il modulo le pubblica: si leggono alla registrazione.",
    )
    grant_types = ArrayField(models.CharField(max_length=44), default=list, verbose_name="flussi")
    allowed_scopes = ArrayField(
        models.CharField(max_length=100),
        default=list,
        blank=True,
        verbose_name="ambiti richiedibili",
    )
    resource_identifier = models.URLField(
        "risorsa protetta", blank=True, default="", help_text="Chi è, quando riceve un token."
    )
    audiences = ArrayField(
        models.URLField(),
        default=list,
        blank=True,
        verbose_name="destinatari",
        help_text="Le risorse per cui può chiedere un token; vale la prima.",
    )
    ente = models.CharField("ente responsabile", max_length=40, blank=True, default="")
    suspended_at = models.DateTimeField("sospeso dal", null=True, blank=True)

    class Meta(AbstractApplication.Meta):  # type: ignore[misc]  # idem
        verbose_name = "client"
        verbose_name_plural = "client"
        constraints: ClassVar = [
            models.CheckConstraint(
                name="client_is_confidential", condition=Q(client_type="confidential")
            ),
            models.CheckConstraint(
                name="client_has_a_key_or_a_secret",
                condition=~Q(token_endpoint_auth_method="private_key_jwt")
                | Q(client_jwks__isnull=False),
            ),
            models.UniqueConstraint(
                name="client_resource_is_its_own",
                fields=["resource_identifier"],
                condition=~Q(resource_identifier=""),
            ),
        ]

    def allows_grant_type(self, *grant_types: str) -> bool:
        return bool(set(self.grant_types) & set(grant_types))

    def is_usable(self, request: Any) -> bool:
        return self.suspended_at is None

    def redirect_uri_allowed(self, uri: str) -> bool:
        """Exact comparison of strings: RFC 9700, 2.1. The toolkit lets loopback ports vary."""
        return uri in self.redirect_uris.split()

    def post_logout_redirect_uri_allowed(self, uri: str) -> bool:
        return uri in self.post_logout_redirect_uris.split()

    @property
    def jwk_key(self) -> Any:
        raise NotImplementedError("Keys of the service live in SigningKey, never in a client.")


class ActingFor(models.Model):
    """With which grant a person works in the module; null when no beneficiary data is asked."""

    acting_grant = models.UUIDField("abilitazione", null=True, blank=True)
    spid_level = models.PositiveSmallIntegerField("livello di accesso", default=0)
    authenticated_at = models.DateTimeField("accesso con SPID o CIE", null=True, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return str(self.acting_grant or "senza profilo")


class AuthorizationCode(AbstractGrant, ActingFor):  # type: ignore[misc]  # the toolkit has no types
    """A code is kept, consumed, until it expires: a second use revokes what the first gave."""

    consumed_at = models.DateTimeField(null=True, blank=True)
    token_family = models.UUIDField(default=uuid4, editable=False)

    class Meta(AbstractGrant.Meta):  # type: ignore[misc]  # idem
        verbose_name = "codice di autorizzazione"
        verbose_name_plural = "codici di autorizzazione"

    def __str__(self) -> str:
        return f"codice {self.pk}"


class AccessToken(AbstractAccessToken, ActingFor):  # type: ignore[misc]  # the toolkit has no types
    """The token itself is not kept: its SHA-256, and what it was allowed on the day of issue."""

    jti = models.UUIDField(unique=True, default=uuid4, editable=False)
    token_family = models.UUIDField(null=True, blank=True, editable=False, db_index=True)
    territory = ArrayField(models.CharField(max_length=40), default=list, blank=True)

    class Meta(AbstractAccessToken.Meta):  # type: ignore[misc]  # idem
        verbose_name = "token di accesso"
        verbose_name_plural = "token di accesso"

    def __str__(self) -> str:
        return f"token di accesso {self.jti}"


class RefreshToken(AbstractRefreshToken, ActingFor):  # type: ignore[misc]  # the toolkit has no types
    """Each use replaces it; a second use of the same one closes the whole family."""

    scope = models.TextField("ambiti concessi al primo rilascio", blank=True, default="")

    class Meta(AbstractRefreshToken.Meta):  # type: ignore[misc]  # idem
        verbose_name = "token di rinnovo"
        verbose_name_plural = "token di rinnovo"

    def __str__(self) -> str:
        return f"token di rinnovo {self.pk}"


class IDToken(AbstractIDToken):  # type: ignore[misc]  # the toolkit has no types
    class Meta(AbstractIDToken.Meta):  # type: ignore[misc]  # idem
        verbose_name = "token di identità"
        verbose_name_plural = "token di identità"


class SigningKey(models.Model):
    """A key of the service. Next is published and does not sign yet; retired still verifies."""

    class State(models.TextChoices):
        NEXT = "next", "prossima"
        ACTIVE = "active", "in uso"
        RETIRED = "retired", "ritirata"

    kid = models.CharField("impronta (RFC 7638)", max_length=43, primary_key=True)
    algorithm = models.CharField("algoritmo", max_length=5, default="ES256")
    state = models.CharField("stato", max_length=7, choices=State.choices)
    public_jwk = models.JSONField("chiave pubblica")
    private_pem = models.BinaryField("chiave privata cifrata")
    created = models.DateTimeField("creata")
    activated_at = models.DateTimeField("in uso dal", null=True, blank=True)
    retired_at = models.DateTimeField("ritirata il", null=True, blank=True)

    class Meta:
        verbose_name = "chiave di firma"
        verbose_name_plural = "chiavi di firma"
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="one_active_signing_key", fields=["algorithm"], condition=Q(state="active")
            ),
            models.UniqueConstraint(
                name="one_next_signing_key", fields=["algorithm"], condition=Q(state="next")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kid} ({self.get_state_display()})"


class ClientAssertionJti(models.Model):
    """An assertion already used. RFC 7523, 3, point 7: the same jti is not accepted twice."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="+")
    jti = models.CharField(max_length=255)
    expires = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = "asserzione usata"
        verbose_name_plural = "asserzioni usate"
        constraints: ClassVar = [
            models.UniqueConstraint(name="assertion_is_used_once", fields=["client", "jti"])
        ]

    def __str__(self) -> str:
        return self.jti
