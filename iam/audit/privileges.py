# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who may do what on the tables of the log. The installer executes it as their owner."""

EVENTS = "audit_event"
HISTORY = "audit_change"
EPOCHS = "audit_epoch"
TILES = "audit_tile"
BATCHES = "audit_batch"
CHECKPOINTS = "audit_checkpoint"
COSIGNATURES = "audit_cosignature"

WRITTEN_BY_THE_APPLICATION = (EVENTS, HISTORY)
WRITTEN_BY_THE_SEQUENCER = (TILES, BATCHES, CHECKPOINTS, COSIGNATURES)

APPEND_ONLY = (*WRITTEN_BY_THE_APPLICATION, EPOCHS, *WRITTEN_BY_THE_SEQUENCER)
"""No role but their owner may UPDATE, DELETE or TRUNCATE these, and triggers stop the owner."""


def statements(*, application: str, sequencer: str, auditor: str) -> tuple[str, ...]:
    """Return the SQL that gives each database role its rights on the log, and takes the others.

    A tile grows to the right until it is full, so the sequencer may UPDATE that table;
    a trigger lets it only add hashes after those that are there.
    """
    every = ", ".join(APPEND_ONLY)
    roles = tuple(dict.fromkeys((application, sequencer, auditor)))
    sql = [f'REVOKE ALL ON {every} FROM "{role}"' for role in roles]
    sql += [f'GRANT SELECT ON {every} TO "{role}"' for role in roles]
    sql.append(f'GRANT INSERT ON {", ".join(WRITTEN_BY_THE_APPLICATION)} TO "{application}"')
    sql.append(f'GRANT INSERT ON {", ".join(WRITTEN_BY_THE_SEQUENCER)} TO "{sequencer}"')
    sql.append(f'GRANT UPDATE ON {TILES} TO "{sequencer}"')
    return tuple(sql)
