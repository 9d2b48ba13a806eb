# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A trust store made ready for many verdicts: read once, used until something changes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from asn1crypto import x509
from pyhanko.sign.validation.policy_decl import (
    CertificateFetchingRule,
    RevinfoOnlineFetchingRule,
    RevocationInfoGatheringSpec,
    SignatureValidationSpec,
)
from pyhanko.sign.validation.qualified.tsp import TSPTrustManager
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko_certvalidator.authority import Authority, TrustAnchor
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.policy_decl import (
    CertRevTrustPolicy,
    RevocationCheckingPolicy,
    RevocationCheckingRule,
)
from pyhanko_certvalidator.registry import SimpleTrustManager, TrustManager

from iam.signatures.trust.fetching import GuardedFetchers
from iam.signatures.trust.lists import TrustList, TrustListUnusable, read
from iam.signatures.types import TrustStore

CLOCK_TOLERANCE = timedelta(minutes=1)
SIGNERS = RevocationCheckingPolicy(
    ee_certificate_rule=RevocationCheckingRule.CRL_OR_OCSP_REQUIRED,
    intermediate_ca_cert_rule=RevocationCheckingRule.CHECK_IF_DECLARED,
)
DECLARED = RevocationCheckingPolicy(
    ee_certificate_rule=RevocationCheckingRule.CHECK_IF_DECLARED,
    intermediate_ca_cert_rule=RevocationCheckingRule.CHECK_IF_DECLARED,
)


class _Listed(TrustManager):
    """Trusts the authorities of a list, and leaves qualification to us.

    The engine would assess it by itself on the library's own manager, and it raises on a
    certificate with two types.
    """

    def __init__(self, trust_list: TrustList) -> None:
        self._manager = TSPTrustManager(trust_list.registry)

    def as_trust_anchor(self, authority: Authority) -> TrustAnchor | None:
        return self._manager.as_trust_anchor(authority)

    def find_potential_issuers(self, cert: x509.Certificate) -> Iterator[TrustAnchor]:
        return self._manager.find_potential_issuers(cert)


NOT_ASKED = RevocationCheckingPolicy(
    ee_certificate_rule=RevocationCheckingRule.NO_CHECK,
    intermediate_ca_cert_rule=RevocationCheckingRule.NO_CHECK,
)


@dataclass(frozen=True)
class PreparedTrust:
    """What the engine needs. `trust_list` is None when it cannot be used, and `why_not` says why.

    `for_signatures` has been read at `at`; whoever uses it later asks `in_date` first.
    """

    store: TrustStore
    trust_list: TrustList | None
    why_not: str = ""

    @classmethod
    def of(cls, store: TrustStore, *, at: datetime) -> PreparedTrust:
        """Read `store` at the instant `at`. Never raises: in doubt it trusts nobody."""
        if not store.trust_list:
            return cls(store, None, "nessun elenco di fiducia è stato caricato.")
        try:
            return cls(store, read(store.trust_list, signers=store.trust_list_signers, at=at))
        except TrustListUnusable as fault:
            return cls(store, None, str(fault))

    def in_date(self, at: datetime) -> bool:
        return self.trust_list is not None and at < self.trust_list.next_update

    @cached_property
    def seals(self) -> frozenset[bytes]:
        return frozenset(self.store.seals)

    def for_signatures(self, *, ask_revocation: bool = True) -> SignatureValidationSpec:
        """The rules for a person's signature: any authority of the list, revocation asked.

        Qualification is not among them: it is a finding of its own, told apart from trust.
        """
        assert self.trust_list is not None
        return SignatureValidationSpec(
            cert_validation_policy=_policy(
                _Listed(self.trust_list), SIGNERS if ask_revocation else NOT_ASKED
            ),
            ts_cert_validation_policy=self._for_timestamps(),
            revinfo_gathering_policy=RevocationInfoGatheringSpec(
                online_fetching_rule=RevinfoOnlineFetchingRule.ALWAYS_FETCH,
                certificate_fetching_rule=CertificateFetchingRule.NEVER_FETCH,
                fetcher_backend=GuardedFetchers(self.store.fetch_hosts),
            ),
            key_usage_settings=KeyUsageConstraints(
                key_usage={"non_repudiation", "digital_signature"}, match_all_key_usages=False
            ),
        )

    def _for_timestamps(self) -> CertValidationPolicySpec:
        """Italian lists name the authorities of timestamps, not their units: these are roots."""
        assert self.trust_list is not None
        roots = SimpleTrustManager.build(trust_roots=list(self.trust_list.timestamp_authorities))
        return _policy(roots, DECLARED)

    def for_pec(self) -> SignatureValidationSpec:
        """The rules for the signature of a PEC provider: the configured authorities only."""
        roots = [x509.Certificate.load(der) for der in self.store.pec_authorities]
        return SignatureValidationSpec(
            cert_validation_policy=_policy(SimpleTrustManager.build(trust_roots=roots), DECLARED),
            revinfo_gathering_policy=RevocationInfoGatheringSpec(
                online_fetching_rule=RevinfoOnlineFetchingRule.ALWAYS_FETCH,
                certificate_fetching_rule=CertificateFetchingRule.NEVER_FETCH,
                fetcher_backend=GuardedFetchers(self.store.fetch_hosts),
            ),
            key_usage_settings=KeyUsageConstraints(
                key_usage={"digital_signature", "non_repudiation"}, match_all_key_usages=False
            ),
        )


def _policy(
    manager: TrustManager, revocation: RevocationCheckingPolicy
) -> CertValidationPolicySpec:
    return CertValidationPolicySpec(
        trust_manager=manager,
        revinfo_policy=CertRevTrustPolicy(revocation),
        time_tolerance=CLOCK_TOLERANCE,
    )
