# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who may do what on the register of log-ins. The installer executes it as the tables' owner.

The application adds records and reads them; it can neither change nor delete one. What is older
than 24 months goes through one function of the owner's, which knows the holds.
"""

RECORDS = "saml_login_record"
HOLDS = "saml_login_hold"
NOTICES = "saml_anomaly_notice"
RELEASE = ("release_act", "release_reason", "released_by", "released_at")
PURGE = "saml_purge_login_records(integer)"


def statements(*, application: str) -> tuple[str, ...]:
    """Return the SQL that leaves the application's role its rights on the register."""
    every = ", ".join((RECORDS, HOLDS, NOTICES))
    return (
        f'REVOKE ALL ON {every} FROM "{application}"',
        f'GRANT SELECT, INSERT ON {every} TO "{application}"',
        f'GRANT UPDATE ({", ".join(RELEASE)}) ON {HOLDS} TO "{application}"',
        f"REVOKE ALL ON FUNCTION {PURGE} FROM PUBLIC",
        f'GRANT EXECUTE ON FUNCTION {PURGE} TO "{application}"',
    )
