#!/bin/sh
# Makes the data folder before the first start: under another name, so that it is whole or not there.
set -eu
[ -e "$PGDATA/PG_VERSION" ] && exit 0
rm -rf "$PGDATA.new"
/opt/shop/postgresql/bin/initdb -D "$PGDATA.new" -U postgres --encoding=UTF8 --locale=C.UTF-8 --auth=scram-sha-256 --pwfile="$CREDENTIALS_DIRECTORY/password"
mv "$PGDATA.new" "$PGDATA"
