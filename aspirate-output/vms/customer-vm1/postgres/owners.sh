#!/bin/sh
# Creates missing databases and their owners. An owner can access no other database and is not an administrator. Sets the passwords; can be run again.
set -e
owner() { # NAME PASSWORD
  OWNER=$1 PASSWORD=$2 psql -X -q -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d postgres <<'SQL'
\getenv owner OWNER
\getenv password PASSWORD
SELECT format('CREATE ROLE %I', :'owner') WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'owner') \gexec
SELECT format('ALTER ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION PASSWORD %L', :'owner', :'password') \gexec
SELECT format('CREATE DATABASE %I OWNER %I', :'owner', :'owner') WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'owner') \gexec
SELECT format('REVOKE ALL ON DATABASE %I FROM PUBLIC', :'owner') \gexec
SQL
}
owner orders "$(sed -n 's/^orders=//p' "$PASSWORDS")"
owner payments "$(sed -n 's/^payments=//p' "$PASSWORDS")"
