# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The Merkle tree of RFC 6962 and its C2SP formats: plain computation, no state."""
