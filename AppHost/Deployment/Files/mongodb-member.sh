#!/bin/sh
# The first member makes the root user; the others copy it. mongod takes no key that others may read, and volumes of secrets are such.
set -eu
install -m 400 /keys/keyfile /tmp/keyfile
if [ "$(hostname)" != @FIRST@ ]; then unset MONGO_INITDB_ROOT_USERNAME MONGO_INITDB_ROOT_PASSWORD; fi
exec docker-entrypoint.sh mongod --replSet @SET@ --bind_ip_all --keyFile /tmp/keyfile --wiredTigerCacheSizeGB 0.4
