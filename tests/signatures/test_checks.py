# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The simulated trust service is never trusted outside of a demonstration."""

from django.test import override_settings

from iam.signatures.checks import demo_is_not_trusted, trust_is_configured

DEMO = {
    "TRUST_LIST_URL": "http://localhost:8002/trust-list.xml",
    "TRUST_LIST_SIGNERS": ["/srv/iam/demo/trust/public/tlso.pem"],
    "PEC_CA": ["/srv/iam/demo/trust/public/pec-ca.pem"],
}
TRUE = {
    "TRUST_LIST_URL": "https://eidas.agid.gov.it/TL/TSL-IT.xml",
    "TRUST_LIST_SIGNERS": ["/etc/iam/tlso.pem"],
    "PEC_CA": ["/etc/iam/pec.pem"],
}


def test_production_refuses_to_start_with_simulated_trust() -> None:
    with override_settings(SIGNATURES=DEMO, IAM_DEMO=False):
        assert sorted(message.id or "" for message in demo_is_not_trusted()) == [
            "signatures.E001",
            "signatures.E001",
            "signatures.E002",
        ]


def test_a_demonstration_and_a_true_configuration_are_fine() -> None:
    with override_settings(SIGNATURES=DEMO, IAM_DEMO=True):
        assert demo_is_not_trusted() == []
    with override_settings(SIGNATURES=TRUE, IAM_DEMO=False):
        assert demo_is_not_trusted() == []


def test_certificates_that_are_missing_are_named_before_going_live() -> None:
    with override_settings(SIGNATURES=TRUE):
        assert [m.id for m in trust_is_configured()] == ["signatures.W001"] * 2
