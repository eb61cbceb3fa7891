#!/bin/bash
# Writes a store to standard output, or loads one from standard input, as root:
#   store.sh dump NAME >FILE
#   store.sh load NAME <FILE
# Postgres: a tar with one dump per database, for this or any newer Postgres. MongoDB: the engine's folder, for the same engine. Redis: a snapshot (RDB).
# load replaces existing data; stop the services first. Passwords stay those of the machine, not those of the dump. Postgres works on any machine, whichever
# is the primary. MongoDB's copies elsewhere must be stopped before load, and made again after it:
#   store.sh stop|copy NAME
set -euo pipefail

stores=(postgres:postgres:postgres redis:redis:6379 mongodb:mongodb:mongodb-engine) # NAME:KIND:PORT, or the unit instead of the port of a Postgres
roles='postgres replicator'
fail() { echo "error: $*" >&2; exit 1; }
[ $# -eq 2 ] || fail "store.sh dump|load|stop|copy NAME"
for entry in "${stores[@]}"; do
  [ "${entry%%:*}" != "$2" ] || IFS=: read -r name kind port <<<"$entry"
done
[ -e "/etc/systemd/system/shop-${name:-}.service" ] || fail "'$2' is not on this machine"
export PATH=/opt/shop/postgresql/bin:/opt/shop/engine/usr/bin:$PATH
cd / # a folder that every user can enter
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
case $kind in
  postgres | mongodb)
    unit=$port
    export PGSERVICEFILE=/etc/shop/$unit/services.conf LC_ALL=C
    ;;
esac

dump_postgres() {
  local database names
  names=$(databases)
  for database in $names; do pg_dump -Fc "service=postgres dbname=$database" >"$work/$database.dump"; done
  tar -C "$work" -c .
}
load_postgres() {
  local database names
  names=$(databases)
  tar -C "$work" -x
  for database in $names; do
    [ -s "$work/$database.dump" ] || fail "the input has no dump of $database"
  done
  for database in $names; do psql -X -q "service=postgres" -c "DROP DATABASE IF EXISTS \"$database\" WITH (FORCE)"; done
  PGSERVICE=postgres POSTGRES_USER=postgres PASSWORDS=/etc/shop/$unit/passwords "/etc/shop/$unit/owners.sh"
  for database in $names; do
    pg_restore -d "service=postgres dbname=$database" --no-owner --role="$database" --exit-on-error <"$work/$database.dump"
  done
}
databases() { # fails without any: a store without databases would be an empty dump
  local names role
  names=$(sed -n '/^#/!s/=.*//p' "/etc/shop/$unit/passwords" | while read -r role; do [[ " $roles " == *" $role "* ]] || echo "$role"; done)
  [ -n "$names" ] || fail "/etc/shop/$unit/passwords names no database"
  echo "$names"
}

dump_redis() { # the master's data, wherever it is: a replica may be late
  local master
  master=$("/etc/shop/$name/replication.sh" master)
  REDISCLI_AUTH=$(sed -n 's/^user operator on >\([^ ]*\) .*/\1/p' "/etc/shop/$name.env") \
    redis-cli --tls --cacert /etc/shop/cluster/authority.pem --user operator -h "$master" -p "$port" --rdb "$work/dump.rdb" >&2
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
  pg_basebackup -d "service=replicator" -D - -Ft -X fetch -c fast
}
# The data becomes a new cluster of this machine alone.
load_mongodb() {
  local folder=/var/lib/shop/$unit second
  rm -rf "$folder/data.new"
  install -d -o mongodb -g mongodb -m 700 "$folder/data.new"
  tar -C "$folder/data.new" -x --no-same-owner
  [ -e "$folder/data.new/PG_VERSION" ] || fail "the input is not a folder of the engine"
  chown -R mongodb:mongodb "$folder/data.new"
  stop
  etcdctl --endpoints https://127.0.0.1:2379 --cacert /etc/shop/cluster/authority.pem --cert /etc/shop/cluster/certificate.pem \
    --key /etc/shop/cluster/key.pem del --prefix "/service/$unit/" >/dev/null
  rm -rf "$folder/data"
  mv "$folder/data.new" "$folder/data"
  start
  for ((second = 0; second < 90; second++)); do
    if [ "$(locally psql -XAt -U postgres -d postgres -c 'SELECT pg_is_in_recovery()' 2>/dev/null)" = f ]; then
      locally "/etc/shop/$unit/roles.sh"
      locally "/etc/shop/$unit/owners.sh"
      return 0
    fi
    sleep 1
  done
  fail "$name has no primary after 90 s: journalctl -u shop-$unit"
}
# As the engine's user, through its socket: the data may have other passwords, and no copy yet.
locally() {
  runuser -u mongodb -- env PATH="$PATH" PGHOST="/run/shop-$unit" PGPORT="$(sed -n 's/^port=//p' "$PGSERVICEFILE" | head -n 1)" POSTGRES_USER=postgres \
    PGOPTIONS='-c synchronous_commit=local' PASSWORDS="/etc/shop/$unit/passwords" "$@"
}
leads_elsewhere() { # after stop: if this machine had the primary, another one becomes it
  local second
  for ((second = 0; second < 60; second++)); do
    if psql -XAt "service=postgres" -c 'SELECT 1' >/dev/null 2>&1; then return 0; fi
    sleep 1
  done
  return 1
}
stop() { systemctl stop "shop-$name.service" "shop-$unit.service"; }
start() { systemctl start "shop-$unit.service" "shop-$name.service"; }

case $1 in
  dump | load) "$1_$kind" ;;
  stop | copy)
    [ "$kind" = mongodb ] || fail "$1 is only for MongoDB; '$name' needs only load"
    stop
    if [ "$1" = copy ]; then
      leads_elsewhere || { start; fail "no other machine has the primary of '$name', so this machine's data may be the only one"; }
      rm -rf "/var/lib/shop/$unit/data"
      start
    fi
    ;;
  *) fail "store.sh dump|load|stop|copy NAME" ;;
esac
