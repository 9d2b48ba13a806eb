# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: BSD-3-Clause
"""What a module of the platform installs to log people in and to ask what they may see."""

from gepi_iam.decisions import Answer, Decisions, Question
from gepi_iam.errors import (
    IamError,
    LoginInterrupted,
    LoginRefused,
    ModuleRefused,
    ServiceUnreachable,
    SessionEnded,
    TokenInvalid,
)
from gepi_iam.login import Begun, Login, Session
from gepi_iam.service import Module, Service

__all__ = [
    "Answer",
    "Begun",
    "Decisions",
    "IamError",
    "Login",
    "LoginInterrupted",
    "LoginRefused",
    "Module",
    "ModuleRefused",
    "Question",
    "Service",
    "ServiceUnreachable",
    "Session",
    "SessionEnded",
    "TokenInvalid",
]
