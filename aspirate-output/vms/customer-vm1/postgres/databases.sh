#!/bin/sh
# Makes the databases that are missing; runs each time the server has started.
set -eu
for name in $DATABASES; do
  found=$(/opt/shop/postgresql/bin/psql -U postgres -d postgres -tAc "SELECT 1 FROM pg_database WHERE datname = '$name'")
  [ "$found" = 1 ] || /opt/shop/postgresql/bin/createdb -U postgres "$name"
done
