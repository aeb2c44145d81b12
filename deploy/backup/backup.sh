#!/usr/bin/env bash
# One dump of the store into the backup folder; the newest $BACKUP_KEEP stay. Run by `docker compose run --rm backup`.
set -euo pipefail
cd /var/lib/postgresql
PGPASSWORD=$(</run/secrets/store_password)
export PGPASSWORD

file=sirwan-$(date -u +%Y%m%dT%H%M%SZ).dump
trap 'rm -f "$file.partial"' EXIT
pg_dump --format=custom --file="$file.partial"
pg_restore --list "$file.partial" >/dev/null # it can be read again
mv "$file.partial" "$file"

# Names sort by time; only what this script made is counted and removed.
old=$(find . -maxdepth 1 -name 'sirwan-*.dump' -printf '%f\n' | sort -r | tail -n +$((BACKUP_KEEP + 1)))
for each in $old; do rm -- "$each"; done
echo "backup: $file, $(stat -c %s "$file") bytes; $(find . -maxdepth 1 -name 'sirwan-*.dump' | wc -l) kept"
