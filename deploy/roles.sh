#!/bin/sh
# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later
# The roles of the service in the database's own container: run once, by its entry point.
set -eu
for role in owner app sequencer auditor; do
    psql --username postgres --dbname iam --set ON_ERROR_STOP=1 --quiet \
        --set role="iam_$role" --set password="$(cat "/run/secrets/database_${role}_password")" <<'SQL'
CREATE ROLE :"role" LOGIN PASSWORD :'password';
GRANT CONNECT ON DATABASE iam TO :"role";
SQL
done
psql --username postgres --dbname iam --set ON_ERROR_STOP=1 --quiet \
    --command 'ALTER DATABASE iam OWNER TO iam_owner' \
    --command 'REVOKE ALL ON DATABASE iam FROM PUBLIC'
