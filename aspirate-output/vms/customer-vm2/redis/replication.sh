#!/bin/bash
# One Redis is the master, and the others are its replicas. The sentinels decide which one: two of three must agree.
#   replication.sh redis      starts this machine's Redis, as the sentinels say
#   replication.sh sentinel   starts this machine's Sentinel
#   replication.sh master     prints the master's address
#   replication.sh cli ...    redis-cli as the operator, with this machine's Redis; with -p and its port, with Sentinel
#   replication.sh lead       makes this machine's Redis the master, before maintenance of another one
# On a machine, as root. In Kubernetes a machine is a pod.
set -euo pipefail

machines=(customer-vm2-address customer-vm1-address customer-vm3-address) own=customer-vm2-address
first=customer-vm2-address # the master of a new shop
port=6379 sentinel_port=26379 quorum=2
configuration=/etc/shop/redis data=/var/lib/shop/redis
engine=/opt/shop/engine/usr/bin authority=/etc/shop/cluster/authority.pem
users=${CREDENTIALS_DIRECTORY:-}/users
[ -e "$users" ] || users=/etc/shop/redis.env
say() { echo "$*" >&2; }

password() { sed -n "s/^user $1 on >\([^ ]*\) .*/\1/p" "$users"; }

ask() { # ADDRESS PORT USER COMMAND...
  REDISCLI_AUTH=$(password "$3") timeout 1 "$engine/redis-cli" --tls --cacert "$authority" -h "$1" -p "$2" --user "$3" "${@:4}" 2>/dev/null
}

# Asks all sentinels. One that was away may name an old master, so the newest answer counts.
find_master() { # sets master and epoch, the number of answers, those of other machines among them, and the replicas that these know
  local address reply found
  master='' epoch=-1 answers=0 others=0 known=0
  for address in "${machines[@]}"; do
    reply=$(ask "$address" "$sentinel_port" sentinel SENTINEL MASTER shop | awk 'NR % 2 { name = $0; next } { print name "=" $0 }') || continue
    found=$(sed -n 's/^config-epoch=//p' <<<"$reply")
    [[ $found =~ ^[0-9]+$ ]] || continue
    answers=$((answers + 1))
    if [ "$address" != "$own" ]; then
      others=$((others + 1))
      known=$((known + $(sed -n 's/^num-slaves=//p' <<<"$reply")))
    fi
    if [ "$found" -gt "$epoch" ]; then epoch=$found master=$(sed -n 's/^ip=//p' <<<"$reply"); fi
  done
}

# Whether the shop has never had data: another machine is there, its sentinel has never seen a replica, and no Redis has a key.
is_new() {
  local address
  [ "$others" -ge 1 ] && [ "$known" -eq 0 ] || return 1
  for address in "${machines[@]}"; do
    if [[ $address != "$own" && $(ask "$address" "$port" replica INFO keyspace) == *db0:* ]]; then return 1; fi
  done
}

# Whether this Redis may be the master. One that has lost its data must not: the replicas would copy the empty one. It waits until they have replaced it.
may_lead() {
  [ "$master" = "$own" ] && [ "$answers" -ge "$quorum" ] || return 1
  [ -e "$data/appendonlydir/appendonly.aof.manifest" ] || is_new
}

# Stays beside this Redis, which logs a warning about a child that it does not know when this ends. Until a replica has copied the master since its start,
# it may lack what another one has, and Sentinel cannot tell: offsets do not survive a restart. So it may not be chosen before. And Sentinel does not know a
# replica of a replica, which the master's change during a start can leave behind.
attend() { # PID
  local state host priority before='' lowered=0
  while kill -0 "$1" 2>/dev/null; do
    find_master
    state=$(ask "$own" "$port" replica INFO replication | tr -d '\r') || :
    host=$(sed -n 's/^master_host://p' <<<"$state")
    priority=$(sed -n 's/^slave_priority://p' <<<"$state")
    # Left by a lead that was killed.
    if [ "$priority" = 1 ]; then lowered=$((lowered + 1)); else lowered=0; fi
    if [[ $state == *master_link_status:up* && $answers -ge $quorum && $host == "$master" ]]; then
      if [ "$priority" = 0 ] || [ "$lowered" -gt 3 ]; then ask "$own" "$port" operator CONFIG SET replica-priority 100 >/dev/null || :; fi
    elif [[ -n $host && $answers -ge $quorum && $master != "$own" && $master != "$host" && " ${machines[*]} " == *" $master "* ]]; then
      # Not at once: the sentinels may be about to say so themselves.
      if [ "$before" = "$master" ]; then
        say "following $master instead of $host"
        ask "$own" "$port" operator REPLICAOF "$master" "$port" >/dev/null || :
      fi
      before=$master
    fi
    if [[ $state == *role:* && $priority != 0 ]]; then sleep 5; else sleep 1; fi
  done
}

start_redis() {
  local seconds role
  trap 'exit 143' TERM # in a pod, the first process ignores it otherwise
  for ((seconds = 0; ; seconds++)); do
    find_master
    role=()
    if [[ $master != "$own" && " ${machines[*]} " == *" $master "* ]]; then role=(--replicaof "$master $port" --replica-priority 0); fi
    if [ "${#role[@]}" -gt 0 ] || may_lead; then
      say "starting with ${role[*]:-no master}"
      attend $$ &
      # Over standard input, because everyone can read a process's arguments.
      exec "$engine/redis-server" "$configuration/redis.conf" --aclfile "$users" --replica-announce-ip "$own" ${role[@]+"${role[@]}"} - < <(echo "masterauth $(password replica)")
    fi
    [ $((seconds % 10)) -ne 0 ] || say "waiting: master '$master' according to $answers of ${#machines[@]} sentinels"
    sleep 1
  done
}

# Sentinel rewrites its file. What it has learned is kept, except for machines that were replaced; all else is from the deployment.
start_sentinel() {
  local state=$data/sentinel.conf leader=''
  leader=$(sed -n 's/^sentinel monitor shop \([^ ]*\) .*/\1/p' "$state" 2>/dev/null) || :
  if [[ -z $leader || " ${machines[*]} " != *" $leader "* ]]; then
    find_master
    leader=${master:-$first}
  fi
  {
    cat "$configuration/sentinel.conf"
    printf 'sentinel %s\n' "myid 90b3686e1442188326e52c30126d16e948fb5315" "announce-ip $own"
    echo "sentinel monitor shop $leader $port $quorum"
    printf 'sentinel %s\n' "auth-user shop sentinel" "auth-pass shop $(password sentinel)" "sentinel-user sentinel" "sentinel-pass $(password sentinel)"
    cat "$users"
    if [ -s "$state" ]; then
      awk -v machines="${machines[*]}" '
        BEGIN { split(machines, list, " "); for (i in list) is_ours[list[i]] = 1 }
        $1 == "sentinel" && ($2 == "current-epoch" || $2 ~ /^(config|leader)-epoch$/ || $2 ~ /^known-(replica|sentinel)$/ && is_ours[$4])' "$state"
    fi
  } >"$state.new"
  mv "$state.new" "$state"
  exec "$engine/redis-server" "$state" --sentinel
}

# A promoted replica lacks what the old master has confirmed with the other one. So the old master's writes pause until this machine's Redis has all of them, is
# the master, and has the old one as its replica. Its priority differs only meanwhile: Sentinel looks at it before it looks at who has more data.
lead() {
  local attempt
  find_master
  old=$master
  [[ $answers -ge $quorum && " ${machines[*]} " == *" $master "* ]] || { say "error: $answers of ${#machines[@]} sentinels answer, and name '$master'"; exit 1; }
  [ "$master" != "$own" ] || return 0
  [[ $(ask "$own" "$port" replica INFO replication) =~ slave_priority:[1-9] ]] || { say "error: this machine's Redis has not copied the master yet"; exit 1; }
  trap end_move EXIT
  for ((attempt = 0; attempt < 3; attempt++)); do
    if move; then return 0; fi
    end_move
    sleep 2
    if is_named; then return 0; fi
    old=$master
  done
  say "error: $master is still the master"
  exit 1
}
move() { # from the master "old"
  # How often this machine's sentinel reads priorities, in milliseconds.
  ask "$own" "$sentinel_port" operator SENTINEL DEBUG INFO-PERIOD 500 >/dev/null || :
  paused=${EPOCHREALTIME/[.,]/}
  # Shorter than repl-timeout: replicas get no pings meanwhile.
  [ "$(ask "$old" "$port" operator CLIENT PAUSE 4500 WRITE)" = OK ] || return 1
  within 1500 has_all || return 1
  ask "$own" "$port" operator CONFIG SET replica-priority 1 >/dev/null || return 1
  within 2500 is_choice || return 1
  [ "$(ask "$own" "$sentinel_port" operator SENTINEL FAILOVER shop)" = OK ] || return 1
  # As long as Sentinel tries.
  ask "$old" "$port" operator CLIENT PAUSE 6000 WRITE >/dev/null || :
  within 8000 leads || return 1
  ask "$old" "$port" operator REPLICAOF "$own" "$port" >/dev/null || :
  within 20000 is_named
}
within() { # MILLISECONDS since the pause, COMMAND
  until "$2"; do
    ((${EPOCHREALTIME/[.,]/} - paused < $1 * 1000)) || return 1
    sleep 0.05
  done
}
end_move() {
  # How often this machine's sentinel reads priorities, in milliseconds.
  ask "$own" "$sentinel_port" operator SENTINEL DEBUG INFO-PERIOD 500 >/dev/null || :
  ask "$own" "$sentinel_port" operator SENTINEL DEBUG INFO-PERIOD 10000 >/dev/null || :
  if [[ $(ask "$own" "$port" operator CONFIG GET replica-priority) == *$'\n1' ]]; then ask "$own" "$port" operator CONFIG SET replica-priority 100 >/dev/null || :; fi
  ask "$old" "$port" operator CLIENT UNPAUSE >/dev/null || :
}
has_all() {
  local sent
  sent=$(ask "$old" "$port" replica INFO replication | sed -n 's/^master_repl_offset:\([0-9]*\).*/\1/p') || return 1
  [ -n "$sent" ] && [ "$sent" = "$(ask "$own" "$port" replica INFO replication | sed -n 's/^slave_repl_offset:\([0-9]*\).*/\1/p')" ]
}
is_choice() { # whether this machine's sentinel has read the priority, and no other replica has the same
  ask "$own" "$sentinel_port" operator SENTINEL REPLICAS shop | awk -v own="$own" '
    NR % 2 { name = $0; next }
    name == "ip" { address = $0 }
    name == "slave-priority" && $0 == 1 { if (address == own) found = 1; else others = 1 }
    END { exit !found || others }'
}
leads() { [[ $(ask "$own" "$port" replica INFO replication) == *role:master* ]]; }
is_named() {
  find_master
  [ "$master" = "$own" ]
}

case ${1:-} in
  redis) start_redis ;;
  sentinel) start_sentinel ;;
  master)
    find_master
    [ -n "$master" ] || { echo "error: no sentinel answers" >&2; exit 1; }
    echo "$master"
    ;;
  cli) REDISCLI_AUTH=$(password operator) exec "$engine/redis-cli" --tls --cacert "$authority" --user operator -h "$own" -p "$port" "${@:2}" ;;
  lead) lead ;;
  *) echo "error: replication.sh redis|sentinel|master|cli|lead" >&2; exit 1 ;;
esac
