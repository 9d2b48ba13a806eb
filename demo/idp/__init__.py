# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A SPID identity provider, SIMULATO: it lets anybody be any of the invented people."""
