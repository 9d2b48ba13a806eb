# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The verdict on a signed file. One file per family of checks, named for who imposes them.

container, asn1_gate, byte_gate   our own gates on the raw bytes, before any library's word
modifications                     PDF: what changed since the generated document
eidas                             eIDAS, art. 32: integrity, certificate, revocation, qualification
cad                               CAD, art. 20, 24: what counts as a digital signature in Italy
model                             the Ministry's procedure: this document, these persons
sentences                         what a person reads
judging                           all of them, in order
"""
