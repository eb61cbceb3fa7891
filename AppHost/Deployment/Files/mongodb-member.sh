#!/bin/sh
# The first member creates the root user; the others copy it. mongod rejects a key that others can read, which is the case in volumes of secrets.
set -eu
install -m 400 /keys/keyfile /tmp/keyfile
if [ "$(hostname)" != @FIRST@ ]; then unset MONGO_INITDB_ROOT_USERNAME MONGO_INITDB_ROOT_PASSWORD; fi
exec docker-entrypoint.sh mongod --replSet @SET@ --bind_ip_all --keyFile /tmp/keyfile --wiredTigerCacheSizeGB 0.4
