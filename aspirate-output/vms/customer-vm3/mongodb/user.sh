#!/bin/sh
# Makes the root user in an empty server (which takes that from this machine alone, and once); later it only sees that the user can log in.
set -eu
export HOME=/tmp
n=0
until mongosh --quiet --port "$MONGO_PORT" --eval 'db.adminCommand("ping")' >/dev/null 2>&1; do
  n=$((n + 1))
  [ "$n" -lt 60 ] || exit 1
  sleep 1
done
exec mongosh --quiet --port "$MONGO_PORT" admin --eval '
  const password = process.env.MONGO_PASSWORD;
  try { db.auth("admin", password); } catch (e) { db.createUser({ user: "admin", pwd: password, roles: ["root"] }); }'
