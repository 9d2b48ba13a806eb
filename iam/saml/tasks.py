# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The jobs of this room, found here by the worker."""

from iam.saml.register.tasks import purge
from iam.saml.registry.tasks import refresh_registries

__all__ = ["purge", "refresh_registries"]
