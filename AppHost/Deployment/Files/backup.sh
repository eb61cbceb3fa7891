#!/bin/bash
# Saves all stores of the shop's machines, or restores them, over ssh as a user that is root there:
#   backup.sh save FOLDER HOST1 HOST2 HOST3
#   backup.sh restore FOLDER HOST1 HOST2 HOST3
# Half of the books is in each of two stores, so nobody writes meanwhile: save stops the gateways and what writes on its own, and starts them again.
# restore stops all services, replaces what is there, and starts them. FOLDER is on this machine; its files are for you alone. SSH is as for deploy.sh.
set -euo pipefail
umask 077

machines=(@MACHINES@)
services=(@SERVICES@)
writers=(@WRITERS@)
stores=(@STORES@)          # NAME:MACHINE, counted from 0
read -r -a ssh <<<"${SSH:-ssh -o BatchMode=yes -o ConnectTimeout=10}"
fail() { echo "error: $*" >&2; exit 1; }

[ $# -eq $((2 + ${#machines[@]})) ] || fail "backup.sh save|restore FOLDER ${machines[*]}"
what=$1 folder=$2
shift 2
hosts=("$@")
remote() { local host=$1; shift; "${ssh[@]}" "$host" "$@"; }
all() { # start|stop UNIT...
  local host
  for host in "${hosts[@]}"; do remote "$host" "systemctl $1 $(printf 'shop-%s.service ' "${@:2}")" </dev/null; done
}
store() { echo "/opt/shop/install/store.sh $1 ${2%%:*}"; }

case $what in
  save)
    mkdir -p "$folder"
    trap 'all start "${writers[@]}"' EXIT
    all stop "${writers[@]}"
    for entry in "${stores[@]}"; do
      remote "${hosts[${entry#*:}]}" "$(store dump "$entry")" </dev/null >"$folder/${entry%%:*}.new"
    done
    # All or none: stores of different backups do not fit together.
    for entry in "${stores[@]}"; do mv "$folder/${entry%%:*}.new" "$folder/${entry%%:*}"; done
    echo "saved $(du -sh "$folder" | cut -f1) in $folder"
    ;;
  restore)
    for entry in "${stores[@]}"; do [ -s "$folder/${entry%%:*}" ] || fail "there is no $folder/${entry%%:*}"; done
    all stop "${services[@]}"
    for entry in "${stores[@]}"; do
      echo "restoring ${entry%%:*}"
      remote "${hosts[${entry#*:}]}" "$(store load "$entry")" <"$folder/${entry%%:*}"
    done
    all start "${services[@]}"
    ;;
  *) fail "save or restore, not '$what'" ;;
esac
