# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Certified mail (PEC). Source: DM 2-11-2005, technical rules; in English, RFC 6109."""
