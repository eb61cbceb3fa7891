#!/bin/sh
# Creates the data folder before the first start, under another name first, so that it is complete or missing. The locale needs no files of the machine.
set -e
[ -e "$PGDATA/PG_VERSION" ] && exit 0
rm -rf "$PGDATA.new"
initdb -D "$PGDATA.new" -U "$POSTGRES_USER" --encoding=UTF8 --locale=C --locale-provider=builtin --builtin-locale=C.UTF-8 \
  --auth-local=peer --auth-host=scram-sha-256
mv "$PGDATA.new" "$PGDATA"
