# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Hostile files are read in a process of their own, which may die without harm.

`pool` is the side of the service: light, it imports no parser. `worker` is the other
side: a process that has everything imported and forks once per file, so that each file
has its own memory, its own ten seconds, and an end.
"""
