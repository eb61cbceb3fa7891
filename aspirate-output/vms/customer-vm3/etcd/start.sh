#!/bin/bash
# Starts this machine's member of etcd. A machine that has lost its data takes the place of the member that it was: a member must not come back empty.
set -euo pipefail
export PATH=/opt/shop/engine/usr/bin:/usr/bin:/bin
name=customer-vm3 address=customer-vm3-address members=customer-vm1=https://customer-vm1-address:2380,customer-vm2=https://customer-vm2-address:2380,customer-vm3=https://customer-vm3-address:2380
folder=/var/lib/shop/etcd certificate=$CREDENTIALS_DIRECTORY/certificate.pem key=$CREDENTIALS_DIRECTORY/key.pem authority=$CREDENTIALS_DIRECTORY/authority.pem
ask() { etcdctl --endpoints https://customer-vm1-address:2379,https://customer-vm2-address:2379 --cacert "$authority" --cert "$certificate" --key "$key" --command-timeout 5s member "$@"; }

state=existing
if [ ! -e "$folder/data/member" ]; then
  # install.sh --new leaves this file on machines that become a new cluster together, until services start. One that a failed first deployment did not reach
  # still starts as the member that the others expect, even if they have no majority without it.
  if [ -e "$folder/new" ]; then
    state=new
  else
    known=$(ask list | awk -F ', ' -v name="$name" -v peer="https://$address:2380" '$3 == name || $4 == peer { print $1 }')
    for id in $known; do ask remove "$id"; done
    members=$(ask add "$name" --peer-urls "https://$address:2380" | sed -n 's/^ETCD_INITIAL_CLUSTER="\(.*\)"$/\1/p')
  fi
  echo "$address" >"$folder/address"
elif [ "$(cat "$folder/address" 2>/dev/null)" != "$address" ]; then
  # With data, etcd ignores the addresses below: the others have to be told a changed one. Without them it starts as it is, and the next start tries again.
  if id=$(ask list | awk -F ', ' -v name="$name" -v peer="https://$address:2380" '$3 == name && $4 != peer { print $1 }') &&
    { [ -z "$id" ] || ask update "$id" --peer-urls "https://$address:2380"; }; then
    echo "$address" >"$folder/address"
  else
    echo "the other members do not know yet that this one's address is $address" >&2
  fi
fi
exec etcd --name "$name" --data-dir "$folder/data" --initial-cluster "$members" --initial-cluster-state "$state" --initial-cluster-token shop \
  --listen-peer-urls "https://$address:2380" --initial-advertise-peer-urls "https://$address:2380" \
  --listen-client-urls "https://$address:2379,https://127.0.0.1:2379" --advertise-client-urls "https://$address:2379" \
  --client-cert-auth --cert-file "$certificate" --key-file "$key" --trusted-ca-file "$authority" \
  --peer-client-cert-auth --peer-cert-file "$certificate" --peer-key-file "$key" --peer-trusted-ca-file "$authority" \
  --auto-compaction-mode periodic --auto-compaction-retention 1h --log-level warn
