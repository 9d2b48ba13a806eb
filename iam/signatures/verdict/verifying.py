# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The one entry to a verdict for the rest of the service. The file is read in the sandbox."""

from iam.signatures.sandbox.pool import verify

__all__ = ["verify"]
