#!/bin/bash
# Saves all stores of the shop's machines, or restores them, over ssh as a user that is root there:
#   backup.sh save FOLDER HOST1 HOST2 HOST3
#   backup.sh restore FOLDER HOST1 HOST2 HOST3
# Two stores each hold half of the books, so nothing may write meanwhile: save stops the gateways and the services that write on their own, then restarts them.
# restore stops all services, replaces the data, and starts them. FOLDER is on this machine; only you can read its files. SSH is as for deploy.sh.
set -euo pipefail
umask 077

machines=(@MACHINES@)
services=(@SERVICES@)
writers=(@WRITERS@)
# NAME:KIND:MACHINE[/MACHINE...], counted from 0: the first one dumps the store, all of them load it.
stores=(@STORES@)
read -r -a ssh <<<"${SSH:-ssh -o BatchMode=yes -o StrictHostKeyChecking=accept-new -o ConnectTimeout=10}"
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
machines_of() { tr / ' ' <<<"${1##*:}"; }
store() { echo "/opt/shop/install/store.sh $1 ${2%%:*}"; }

others() { # stop|copy ENTRY: the document store is restored as files, so its copies are made again
  local i
  [[ $2 == *:mongodb:* ]] || return 0
  for i in "${!hosts[@]}"; do [ "$i" = "${2##*:}" ] || remote "${hosts[i]}" "$(store "$1" "$2")" </dev/null; done
}

case $what in
  save)
    mkdir -p "$folder"
    trap 'all start "${writers[@]}"' EXIT
    all stop "${writers[@]}"
    for entry in "${stores[@]}"; do
      read -r machine _ < <(machines_of "$entry")
      remote "${hosts[machine]}" "$(store dump "$entry")" </dev/null >"$folder/${entry%%:*}.new"
    done
    # All or none: stores of different backups are not consistent with each other.
    for entry in "${stores[@]}"; do mv "$folder/${entry%%:*}.new" "$folder/${entry%%:*}"; done
    echo "saved $(du -sh "$folder" | cut -f1) in $folder"
    ;;
  restore)
    for entry in "${stores[@]}"; do [ -s "$folder/${entry%%:*}" ] || fail "$folder/${entry%%:*} not found or empty"; done
    all stop "${services[@]}"
    for entry in "${stores[@]}"; do
      echo "restoring ${entry%%:*}"
      others stop "$entry"
      # Replicas of a store that still have the old data would copy it to the first one that is loaded.
      if [[ $entry == */* ]]; then all stop "${entry%%:*}"; fi
      for machine in $(machines_of "$entry"); do remote "${hosts[machine]}" "$(store load "$entry")" <"$folder/${entry%%:*}"; done
      others copy "$entry"
    done
    all start "${services[@]}"
    ;;
  *) fail "unknown command '$what'; use save or restore" ;;
esac
