#!/bin/sh
# Creates the extension, and for each database a user that reads and writes documents but is not an administrator; the extension has no narrower rights.
# Sets the users' passwords. Can be run again at any time.
set -e
sql() { psql -X -q -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d postgres; }
echo 'SET client_min_messages = warning; CREATE EXTENSION IF NOT EXISTS documentdb CASCADE; CREATE EXTENSION IF NOT EXISTS documentdb_extended_rum;' | sql
owner() { # NAME PASSWORD
  OWNER=$1 PASSWORD=$2 sql <<'SQL'
\getenv owner OWNER
\getenv password PASSWORD
SELECT format('CREATE ROLE %I', :'owner') WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'owner') \gexec
SELECT format('GRANT documentdb_admin_role TO %I', :'owner') \gexec
SELECT format('ALTER ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION PASSWORD %L', :'owner', :'password') \gexec
SQL
}
owner customers "$(sed -n 's/^customers=//p' "$PASSWORDS")"
