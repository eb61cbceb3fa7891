#!/bin/sh
# Sets the passwords that the machines use among each other. Can be run again.
set -e
for role in postgres replicator; do
  OWNER=$role PASSWORD=$(sed -n "s/^$role=//p" "$PASSWORDS") psql -X -q -v ON_ERROR_STOP=1 -U postgres -d postgres <<'SQL'
\getenv owner OWNER
\getenv password PASSWORD
SELECT format('ALTER ROLE %I PASSWORD %L', :'owner', :'password') \gexec
SQL
done
