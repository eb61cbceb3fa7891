#!/bin/sh
# Makes the data folder before the first start: under another name, so that it is whole or not there. The locale needs no files of the machine.
set -e
[ -e "$PGDATA/PG_VERSION" ] && exit 0
rm -rf "$PGDATA.new"
initdb -D "$PGDATA.new" -U "$POSTGRES_USER" --encoding=UTF8 --locale=C --locale-provider=builtin --builtin-locale=C.UTF-8 \
  --auth-local=peer --auth-host=scram-sha-256
mv "$PGDATA.new" "$PGDATA"
