#!/usr/bin/env bash
# Put a dump back, the newest unless one is named: all of it or nothing. Run by `docker compose run --rm restore [FILE]`.
set -euo pipefail
cd /var/lib/postgresql
PGPASSWORD=$(</run/secrets/store_password)
export PGPASSWORD

file=${1:-$(find . -maxdepth 1 -name 'sirwan-*.dump' -printf '%f\n' | sort | tail -n 1)}
if [ -z "$file" ] || [ ! -r "$file" ]; then
  echo "restore: no such dump: ${file:-none is kept}; there are: $(find . -maxdepth 1 -name '*.dump' -printf '%f ')" >&2
  exit 1
fi
clients=$(psql --tuples-only --no-align --command "SELECT count(*) FROM pg_stat_activity
  WHERE datname = current_database() AND pid <> pg_backend_pid()
  AND backend_type = 'client backend'")
if [ "$clients" -ne 0 ]; then
  echo "restore: $clients connections use the store: docker compose stop store, then try again" >&2
  exit 1
fi
pg_restore --clean --if-exists --single-transaction --exit-on-error --dbname="$PGDATABASE" "$file"
echo "restore: $file is in place; now: docker compose up -d --wait"
