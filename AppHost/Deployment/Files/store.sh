#!/bin/bash
# Writes a store to standard output, or loads one from standard input, as root:
#   store.sh dump NAME >FILE
#   store.sh load NAME <FILE
# Postgres: a tar with one dump per database, for this or any newer Postgres. MongoDB: the engine's folder, for the same engine. Redis: a snapshot (RDB).
# load replaces existing data; stop the services first. Passwords stay those of the machine, not those of the dump.
set -euo pipefail

stores=(@STORES@) # NAME:KIND:PORT
fail() { echo "error: $*" >&2; exit 1; }
[ $# -eq 2 ] || fail "store.sh dump|load NAME"
for entry in "${stores[@]}"; do
  [ "${entry%%:*}" != "$2" ] || IFS=: read -r name kind port <<<"$entry"
done
[ -e "/etc/systemd/system/shop-${name:-}.service" ] || fail "'$2' is not on this machine"
export PATH=/opt/shop/postgresql/bin:/opt/shop/engine/usr/bin:$PATH
cd / # a folder that every user can enter
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

dump_postgres() {
  local database
  for database in $(databases); do
    runuser -u postgres -- pg_dump -h "/run/shop-$name" -p "$port" -U postgres -Fc "$database" >"$work/$database.dump"
  done
  tar -C "$work" -c .
}
load_postgres() {
  local database
  tar -C "$work" -x
  for database in $(databases); do
    [ -s "$work/$database.dump" ] || fail "the input has no dump of $database"
  done
  for database in $(databases); do
    runuser -u postgres -- psql -q -h "/run/shop-$name" -p "$port" -U postgres -c "DROP DATABASE IF EXISTS \"$database\" WITH (FORCE)"
  done
  systemctl restart "shop-$name.service" # creates them, with their owners
  for database in $(databases); do
    runuser -u postgres -- pg_restore -h "/run/shop-$name" -p "$port" -U postgres -d "$database" --no-owner --role="$database" --exit-on-error \
      <"$work/$database.dump"
  done
}
databases() { sed -n '/^#/!s/=.*//p' "/etc/shop/$name.env"; }

dump_redis() { # the master's data, wherever it is: a replica may be late
  local master
  master=$("/etc/shop/$name/replication.sh" master)
  REDISCLI_AUTH=$(sed -n 's/^user operator on >\([^ ]*\) .*/\1/p' "/etc/shop/$name.env") \
    redis-cli --user operator -h "$master" -p "$port" --rdb "$work/dump.rdb" >&2
  cat "$work/dump.rdb"
}
load_redis() { # a log begins with a snapshot; load the same one on all machines, after stopping this unit on all
  local folder=/var/lib/shop/$name
  cat >"$work/appendonly.aof.1.base.rdb"
  redis-check-rdb "$work/appendonly.aof.1.base.rdb" >&2 || fail "the input is not a valid snapshot"
  echo "file appendonly.aof.1.base.rdb seq 1 type b" >"$work/appendonly.aof.manifest"
  systemctl stop "shop-$name.service"
  rm -rf "$folder/appendonlydir"
  install -d -o redis -g redis -m 700 "$folder/appendonlydir"
  install -o redis -g redis -m 600 "$work"/appendonly.* "$folder/appendonlydir/"
  systemctl start "shop-$name.service"
}

dump_mongodb() {
  runuser -u mongodb -- pg_basebackup -h "/run/shop-$name-engine" -p "$port" -U postgres -D - -Ft -X fetch -c fast
}
load_mongodb() {
  local folder=/var/lib/shop/$name-engine
  rm -rf "$folder/data.new"
  install -d -o mongodb -g mongodb -m 700 "$folder/data.new"
  tar -C "$folder/data.new" -x --no-same-owner
  [ -e "$folder/data.new/PG_VERSION" ] || fail "the input is not a folder of the engine"
  chown -R mongodb:mongodb "$folder/data.new"
  systemctl stop "shop-$name.service" "shop-$name-engine.service"
  rm -rf "$folder/data"
  mv "$folder/data.new" "$folder/data"
  systemctl start "shop-$name-engine.service" "shop-$name.service"
}

case $1 in
  dump | load) "$1_$kind" ;;
  *) fail "store.sh dump|load NAME" ;;
esac
