#!/bin/sh
# Makes what is missing: each database, and the user that owns it, enters no other and is no administrator. Sets the users' passwords. Changes nothing twice.
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
@OWNERS@
