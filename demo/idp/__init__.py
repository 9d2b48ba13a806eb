# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""SPID, CIE and eIDAS providers, SIMULATI: they let anybody be any of the invented people."""
