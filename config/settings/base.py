# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is the same everywhere. Addresses, secrets and trust come from the environment."""

from __future__ import annotations

from pathlib import Path

import structlog

from config.environment import environment
from config.logs import clean_line
from iam.kernel import demands, keyring
from iam.oauth import configuration as oauth
from iam.saml import configuration as saml
from iam.web import configuration as web

VERSION = "0.1.0"
BASE_DIR = Path(__file__).resolve().parent.parent.parent
IAM_HOME = environment.home
BASE_URL = environment.base_url
IAM_DEMO = False

keyring.configure(environment.keys / "keyring.json")

# Which operations ask for a log-in made in the last minutes, and which for one of level 3.
demands.configure(
    demands.read(
        fresh=environment.text(
            "IAM_FRESH_LOGIN", "accreditamento:register=15 gestore:decide=15 identita:link=15"
        ),
        level_3=environment.text("IAM_LEVEL_3"),
    )
)

DEBUG = False
SECRET_KEY = environment.secret_key
ALLOWED_HOSTS = [environment.base_host]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "procrastinate.contrib.django",
    "rest_framework",
    "iam.audit",  # before auditlog, whose flush command it refuses
    "auditlog",
    "iam.signatures",
    "iam.notifications",
    "iam.enti",
    "iam.accounts",
    "iam.convenzioni",
    "iam.roles",
    "iam.saml",
    *oauth.APPLICATIONS,
    *web.INSTALLED_APPS,
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "iam.accounts.middleware.PersonMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "iam.roles.middleware.ActorMiddleware",
    "iam.accounts.middleware.SessionLimits",
    "iam.web.middleware.RefusalMiddleware",
    "iam.web.limits.LimitsMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": web.CONTEXT_PROCESSORS},
    }
]
FORM_RENDERER = web.FORM_RENDERER
CONTENT_SECURITY_POLICY = web.CONTENT_SECURITY_POLICY
SERVICE = web.SERVICE | {"version": VERSION}

# --- the database; an action owns its transaction
DATABASES = {
    "default": environment.database.django
    | {
        "ATOMIC_REQUESTS": False,
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": False,
    }
}
if environment.switch("IAM_DATABASE_POOL"):
    # The web server's threads come and go, and each would leave its own connection behind.
    DATABASES["default"] |= {
        "CONN_MAX_AGE": 0,
        "OPTIONS": {
            **environment.database.options,
            "pool": {"min_size": 1, "max_size": 10, "timeout": 5.0},
        },
    }

# What the worker gives to the sequencer, which alone writes the tree of the log.
SEQUENCER_CONNINFO = environment.database_as("sequencer").conninfo

# --- who logs in: SPID and CIE only
AUTH_USER_MODEL = "accounts.Person"
AUTHENTICATION_BACKENDS: list[str] = []
LOGIN_URL = web.LOGIN_URL
SESSION_ENGINE = "iam.accounts.sessions.store"
SESSION_COOKIE_NAME = "iam_session"
SESSION_COOKIE_AGE = 8 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = "iam_csrf"
CSRF_FAILURE_VIEW = "iam.web.pages.errors.stale_form"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
IAM_IDLE_SECONDS = 30 * 60
IAM_LIMIT_LOOPBACK = True

# --- words and time
LANGUAGE_CODE = "it"
TIME_ZONE = "Europe/Rome"
USE_I18N = True
USE_TZ = True

# --- static files
STATIC_URL = "static/"
STATIC_ROOT = environment.home / "static"
STATICFILES_DIRS = web.STATICFILES_DIRS
STATICFILES_FINDERS = web.STATICFILES_FINDERS
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": web.STATICFILES_STORAGE},
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 22 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 22 * 1024 * 1024
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# --- tokens
OAUTH2_PROVIDER_APPLICATION_MODEL = oauth.SWAPPED_MODELS["OAUTH2_PROVIDER_APPLICATION_MODEL"]
OAUTH2_PROVIDER_GRANT_MODEL = oauth.SWAPPED_MODELS["OAUTH2_PROVIDER_GRANT_MODEL"]
OAUTH2_PROVIDER_ACCESS_TOKEN_MODEL = oauth.SWAPPED_MODELS["OAUTH2_PROVIDER_ACCESS_TOKEN_MODEL"]
OAUTH2_PROVIDER_REFRESH_TOKEN_MODEL = oauth.SWAPPED_MODELS["OAUTH2_PROVIDER_REFRESH_TOKEN_MODEL"]
OAUTH2_PROVIDER_ID_TOKEN_MODEL = oauth.SWAPPED_MODELS["OAUTH2_PROVIDER_ID_TOKEN_MODEL"]
OAUTH2_PROVIDER = oauth.oauth2_provider(BASE_URL)
PASSWORD_HASHERS = list(oauth.PASSWORD_HASHERS)

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "UNAUTHENTICATED_USER": None,
}

# --- the history of administrative records, mirrored into the log
AUDITLOG_LOGENTRY_MODEL = "audit.Change"
AUDITLOG_MASK_CALLABLE = "iam.audit.history.mask"
AUDITLOG_DISABLE_REMOTE_ADDR = True
AUDITLOG_INCLUDE_TRACKING_MODELS: list[str] = []

# --- signatures: whom the service trusts, and where it may ask
SIGNATURES = {
    "TRUST_LIST_URL": environment.text("IAM_TRUST_LIST_URL"),
    "TRUST_LIST_SIGNERS": environment.text("IAM_TRUST_LIST_SIGNERS").split(),
    "PEC_CA": environment.text("IAM_PEC_CA").split(),
    "SEAL_KEY": str(environment.keys / "seal.key"),
    "SEAL_CERTIFICATE": str(environment.keys / "seal.pem"),
    "FETCH_HOSTS": environment.text("IAM_FETCH_HOSTS").split(),
}

# --- PEC
PEC = {
    "SMTP_URL": environment.text("IAM_PEC_SMTP_URL"),
    "IMAP_URL": environment.text("IAM_PEC_IMAP_URL"),
    "ADDRESS": environment.text("IAM_PEC_ADDRESS"),
    "PASSWORD": environment.text("IAM_PEC_PASSWORD"),
    "POLL_SECONDS": environment.number("IAM_PEC_POLL_SECONDS", 60),
}

# --- SPID
SAML = {
    "KEY": str(environment.keys / "spid.key"),
    "CERTIFICATE": str(environment.keys / "spid.pem"),
    "IDP_METADATA_DIR": environment.text("IAM_SPID_IDP_METADATA_DIR"),
    "FURTHER_PROVIDERS": False,
    "REGISTRIES": {
        "spid": {
            "URL": environment.text("IAM_SPID_REGISTRY_URL"),
            "SIGNERS": environment.text("IAM_SPID_REGISTRY_SIGNERS").split(),
        },
        "cie": {
            "URL": environment.text("IAM_CIE_REGISTRY_URL"),
            "SIGNERS": environment.text("IAM_CIE_REGISTRY_SIGNERS").split(),
        },
    },
    "IPA_CODE": environment.text("IAM_IPA_CODE", "m_lps"),
    # Who we are in the metadata: IAM_SPID_EMAIL, IAM_SPID_TELEPHONE, ...; absent is the default.
    **{
        name: told
        for name in (
            *("ORGANISATION", "DISPLAY_NAME", "ORGANISATION_URL", "LOCALITY", "MUNICIPALITY"),
            *("FISCAL_CODE", "EMAIL", "TELEPHONE"),
        )
        if (told := environment.text(f"IAM_SPID_{name}"))
    },
    "KEY_BITS": environment.number("IAM_SPID_KEY_BITS", 2048),
    **saml.identity_wanted(
        purpose=environment.text("IAM_SPID_PURPOSE"), ages=environment.text("IAM_SPID_AGE_LIMIT")
    ),
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {
            "()": "config.logs.CleanFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {"procrastinate": {"level": "WARNING"}},
}
structlog.configure(  # its own default prints the local variables of a traceback: personal data
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.StackInfoRenderer(),
        structlog.processors.TimeStamper(fmt="%Y-%m-%d %H:%M:%S", utc=False),
        structlog.dev.ConsoleRenderer(
            colors=False, exception_formatter=structlog.dev.plain_traceback
        ),
        clean_line,
    ],
)
