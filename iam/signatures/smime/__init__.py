# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""S/MIME: the signature of a PEC provider on an envelope or a receipt."""

from iam.signatures.sandbox.pool import verify_receipt

__all__ = ["verify_receipt"]
