#!/bin/bash
# Installs this machine's part of the shop. Can be run again: unchanged files stay, and changed files are replaced.
#   install.sh MACHINE --hosts ADDRESS1,ADDRESS2,ADDRESS3 [--release FOLDER] [--phase PHASE]... [--new] [--root FOLDER] [--dry-run]
# PHASE, by default the first three in this order:
#   prepare   users, engines, secrets, files; a failure leaves everything as it was
#   stores    starts the databases, and restarts those whose files have changed
#   clusters  waits for primaries; on the machine of one: sets its databases, owners, passwords and shared settings (not by default)
#   primaries the same, but goes on without a primary (not by default)
#   services  switches to the release, and waits until all services are healthy
#   undo      takes back the files, units and programs of a release whose installation failed; then stores and services, as for any other release
#   forget    after undo of a first deployment on all machines: deletes the data of etcd and Postgres that it has created, and that no service has used
#   rollback  restores the files, units and programs of the earlier release --release; then stores and services (deploy.sh --rollback does all of it)
#   addresses renews the addresses that units may reach, from /etc/resolv.conf and the operator's files; then restart the services
#   engines   rebuilds the engines from Debian's newest packages, and restarts the programs that run from them
# --new says that no machine has data: they start a new cluster. Otherwise a machine without data joins the others, which have it.
# The operator's files are never written: /etc/shop/*.local.env, telemetry.env, allowed-addresses, external-stores, tls/.
# --root installs below a folder, without users, engines and systemd: for tests and images. --dry-run prints the actions and changes nothing.
set -euo pipefail
umask 022 # services' users can read their files, whatever root's own umask is

machines=(customer-vm1 customer-vm2 customer-vm3)
stores=() programs=()      # of this machine, from its machine.conf
clusters=()                # the Postgres clusters, from there too: UNIT:USER:PORT:PORT of Patroni
secrets=(ORDERS_PASSWORD PAYMENTS_PASSWORD POSTGRES_CLUSTER_PASSWORD REDIS_PASSWORD REDIS_OPERATOR_PASSWORD REDIS_REPLICATION_SECRET CUSTOMERS_PASSWORD MONGODB_CLUSTER_PASSWORD COOKIE_SECRET)
authority=CLUSTER_KEY      # the secret that is the key of the machines' certificates
services=(stock-api:5101 payment-api:5102 order-api:5103 customer-api:5104 storefront:5105)      # NAME:PORT
gateway=gateway:8000
health_seconds=90
set_up_tries=5
releases_kept=3

here=$(cd "$(dirname "$0")" && pwd)
root='' release='' dry='' preparing='' whole='' first='' hosts=() phases=() machine=${1:-}
fail() { echo "error: $*" >&2; exit 1; }
say() { echo "$machine: $*"; }

[[ " ${machines[*]} " == *" $machine "* ]] || fail "install.sh MACHINE ...; MACHINE is one of ${machines[*]}"
shift
own=$here/$machine
# shellcheck source=/dev/null
. "$own/machine.conf"

while [ $# -gt 0 ]; do
  case $1 in
    --hosts) IFS=, read -r -a hosts <<<"${2:-}"; shift 2 ;;
    --release) release=${2%/}; shift 2 ;;
    --phase) phases+=("${2:-}"); shift 2 ;;
    --root) root=${2:-}; shift 2 ;;
    --new) first=1; shift ;;
    --dry-run) dry=1; shift ;;
    *) fail "unknown argument '$1'" ;;
  esac
done
[ "${#hosts[@]}" -eq "${#machines[@]}" ] || fail "--hosts needs ${#machines[@]} addresses, separated by commas"
for host in "${hosts[@]}"; do
  [[ $host =~ ^[0-9]{1,3}(\.[0-9]{1,3}){3}$ ]] || fail "'$host' is not a valid IPv4 address"
done
for i in "${!machines[@]}"; do [ "${machines[i]}" != "$machine" ] || address=${hosts[i]}; done
[ -n "$root$dry" ] || [ "$(id -u)" -eq 0 ] || fail "must run as root"
[ "${#phases[@]}" -gt 0 ] || { phases=(prepare stores services) whole=1; }
# Without files to install: what is on this machine, which may be older than this script.
# shellcheck source=/dev/null
[[ -n $release || " ${phases[*]} " == *" prepare "* || ! -e $root/etc/shop/machine.conf ]] || . "$root/etc/shop/machine.conf"
new=$(basename "${release:-none}")
[[ $new =~ ^[A-Za-z0-9][A-Za-z0-9._-]*$ ]] || fail "'$new' is not a valid name of a release"

shop=$root/opt/shop
applied=/var/lib/shop/applied          # what each store was started with, as checksums
configured=$shop/configured            # the live configuration: the name of its release, and the list of its files
saved=$shop/configurations             # those of earlier releases, by name; with secrets
work=$(mktemp -d)                      # only root can read it
stage=$work/stage                      # files on their way to /etc
finish() {
  local status=$?
  if [ "$status" -ne 0 ] && [ -n "$preparing" ]; then undo || say "could not take everything back" >&2; fi
  rm -rf "$work"
  [ -n "$dry" ] || rm -f "$here/secrets.env"
  exit "$status"
}
trap finish EXIT

# All changes go through here.
run() { if [ -n "$dry" ]; then echo "+ $*"; else "$@"; fi; }
on_machine() { [ -z "$root" ]; }
write() { # FILE MODE OWNER < text
  if [ -n "$dry" ]; then cat >/dev/null; echo "+ write $root$1"; return; fi
  [ -d "$stage${1%/*}" ] || mkdir -p "$stage${1%/*}"
  cat >"$stage$1"
  chmod "$2" "$stage$1"
  if on_machine; then chown "$3" "$stage$1"; fi
}
current() { basename "$(readlink "$shop/current" || echo none)"; }

packages() { # everything else comes with the release or the engines
  local wanted=() name
  for name in curl debian-archive-keyring openssl; do
    dpkg -s "$name" >/dev/null 2>&1 || wanted+=("$name")
  done
  [ "${#wanted[@]}" -gt 0 ] || return 0
  run apt-get update -qq
  run env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${wanted[@]}"
}

# PostgreSQL with DocumentDB, Patroni, etcd, Redis and nginx: Debian's packages, unpacked below /opt/shop but not installed, the same on every Debian release.
engines() { # [again]
  local program made data
  if [ -x /opt/shop/engine/usr/sbin/nginx ] && [ -e /opt/shop/engine/usr/bin/patroni ] && [ "${1:-}" != again ]; then return 0; fi
  program=/opt/shop/current/mongodb-gateway/DocumentDb.Gateway
  if [ -n "$release" ]; then program=/opt/shop/releases/$(basename "$release")/mongodb-gateway/DocumentDb.Gateway; fi
  if [ -n "$dry" ]; then echo "+ $program engines /opt/shop/engines/NOW"; return 0; fi
  made=$("$program" engines "/opt/shop/engines/$(date -u +%Y%m%dT%H%M%SZ)")
  for data in /var/lib/shop/*/data; do
    [ ! -e "$data/PG_VERSION" ] || [ -d "$made/usr/lib/postgresql/$(cat "$data/PG_VERSION")" ] ||
      fail "$data is from PostgreSQL $(cat "$data/PG_VERSION"), but the engines are newer; dump it first, then load it (store.sh)"
  done
  ln -sfn "$made" /opt/shop/engine
  ln -sfn "$(ls -d /opt/shop/engine/usr/lib/postgresql/*)" /opt/shop/postgresql
}

renew_engines() {
  local folder
  on_machine || return 0
  engines again
  start_stores
  run systemctl restart "shop-${gateway%%:*}.service"
  [ -n "$dry" ] || for folder in /opt/shop/engines/*/; do
    [[ $(readlink /opt/shop/engine) == "$folder"* ]] || rm -rf "$folder"
  done
}

users() {
  local user
  for user in shop $(printf '%s\n' ${stores[@]+"${stores[@]#*:}"}); do
    id -u "$user" >/dev/null 2>&1 || run useradd --system --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin "$user"
  done
}

make_secrets() { # keeps existing secrets: a store keeps the password that it was created with
  local name file=$work/secrets.env
  # deploy.sh brings those of the first machine to the others.
  (umask 077; cat "$here/secrets.env" 2>/dev/null || cat "$root/etc/shop/secrets.env" 2>/dev/null || :) >"$file"
  for name in "${secrets[@]}"; do
    if grep -qs "^$name=" "$file"; then continue; fi
    if [ -n "$dry" ]; then echo "+ make secret $name"; continue; fi
    echo "$name=$(od -An -N24 -tx1 /dev/urandom | tr -d ' \n')" >>"$file"
  done
  if ! grep -qs "^$authority=" "$file"; then
    if [ -n "$dry" ]; then
      echo "+ make secret $authority"
    else
      echo "$authority=$(openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -outform DER | od -An -v -tx1 | tr -d ' \n')" >>"$file"
    fi
  fi
  write /etc/shop/secrets.env 600 root:root <"$file"
}

render() { # fills in addresses and secrets, with a sed script that only root can read
  sed -f "$work/marks" "$1"
}

make_marks() {
  local i name value
  for i in "${!machines[@]}"; do printf 's/\\b%s-address\\b/%s/g\n' "${machines[i]}" "${hosts[i]}"; done >"$work/marks"
  while IFS='=' read -r name value; do
    [[ $value =~ ^[A-Za-z0-9]+$ ]] || fail "secret $name must contain only letters and digits"
    echo "s/@$name@/$value/g"
  done <"$work/secrets.env" >>"$work/marks"
}

# The machines know each other by certificates of one authority, whose key they share. Its own certificate may differ between machines; its key counts.
certificate() {
  local live=$root/etc/shop/cluster new=$work/cluster file
  if [ -n "$dry" ]; then echo "+ certificate for $address"; return 0; fi
  mkdir -p "$new"
  (umask 077; printf '%b' "$(sed -n "s/^$authority=//p" "$work/secrets.env" | sed 's/../\\x&/g')" | openssl pkey -inform DER -out "$work/authority.key")
  if openssl verify -CAfile "$live/authority.pem" "$live/certificate.pem" && openssl x509 -in "$live/certificate.pem" -checkip "$address" -checkend 5184000 &&
    openssl x509 -in "$live/certificate.pem" -noout -checkip "$address" | grep -q 'does match' &&
    cmp <(openssl x509 -in "$live/authority.pem" -noout -pubkey) <(openssl pkey -in "$work/authority.key" -pubout); then
    cp "$live"/*.pem "$new"
  else
    cat >"$work/openssl.cnf" <<END
[req]
distinguished_name=name
[name]
[authority]
basicConstraints=critical,CA:TRUE
keyUsage=critical,keyCertSign,cRLSign
subjectKeyIdentifier=hash
[machine]
basicConstraints=critical,CA:FALSE
keyUsage=critical,digitalSignature
extendedKeyUsage=serverAuth,clientAuth
subjectAltName=IP:$address,IP:127.0.0.1
subjectKeyIdentifier=hash
authorityKeyIdentifier=keyid
END
    (umask 077; openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$new/key.pem")
    openssl req -x509 -new -config "$work/openssl.cnf" -extensions authority -key "$work/authority.key" -subj /CN=shop -days 3650 -out "$new/authority.pem"
    openssl req -new -config "$work/openssl.cnf" -key "$new/key.pem" -subj "/CN=$machine" -out "$work/request.pem"
    openssl x509 -req -in "$work/request.pem" -CA "$new/authority.pem" -CAkey "$work/authority.key" -CAcreateserial -CAserial "$work/serial" -days 3650 \
      -extfile "$work/openssl.cnf" -extensions machine -out "$new/certificate.pem"
  fi >"$work/openssl.log" 2>&1 || { cat "$work/openssl.log" >&2; fail "no certificate for $address"; }
  # Everyone may read the authority's: clients verify the stores' certificates against it.
  write /etc/shop/cluster/authority.pem 644 root:root <"$new/authority.pem"
  for file in certificate key; do write "/etc/shop/cluster/$file.pem" 600 root:root <"$new/$file.pem"; done
}

files() {
  local file name user
  make_secrets
  make_marks
  certificate
  for file in "$own"/env/*; do render "$file" | write "/etc/shop/${file##*/}" 600 root:root; done
  render "$here/nginx.conf" | write /etc/shop/nginx.conf 644 root:root
  write "/etc/shop/${gateway%%:*}.sh" 755 root:root <"$here/gateway.sh"
  for file in "$own"/*/config.properties; do
    name=$(basename "$(dirname "$file")")
    render "$file" | write "/etc/shop/$name/config.properties" 640 root:shop
  done
  for name in ${stores[@]+"${stores[@]}"}; do
    user=${name#*:} name=${name%%:*}
    [ -d "$own/$name" ] || continue
    for file in "$own/$name"/*; do
      case $file in
        *.sh) render "$file" | write "/etc/shop/$name/${file##*/}" 755 root:root ;;
        */patroni.yml | */passwords | */services.conf) render "$file" | write "/etc/shop/$name/${file##*/}" 600 "$user:root" ;;
        *) render "$file" | write "/etc/shop/$name/${file##*/}" 640 "root:$user" ;;
      esac
    done
  done
  write /etc/shop/machine.conf 644 root:root <"$own/machine.conf"
  for file in "$own"/units/*.service; do render "$file" | write "/etc/systemd/system/${file##*/}" 644 root:root; done
  drop_ins
}

# A unit reaches the shop's machines and nothing else, except for what the operator has configured: stores and collectors elsewhere, and the name servers.
drop_ins() {
  local entry file name allowed
  name=$root/etc/shop/allowed-addresses
  sed 's/#.*//' "$name" 2>/dev/null | xargs -rn1 >"$work/allowed" || :
  if file=$(grep -vE '^[0-9a-fA-F.:]+(/[0-9]+)?$' "$work/allowed"); then fail "$name: '${file%%$'\n'*}' is not a valid address or network"; fi
  awk '$1 == "nameserver" { sub(/%.*/, "", $2); print $2 }' "$root/etc/resolv.conf" >>"$work/allowed" 2>/dev/null || :
  for entry in "${services[@]}"; do
    name=${entry%%:*}
    cp "$work/allowed" "$work/unit"
    for file in telemetry "$name.local"; do addresses_in "$root/etc/shop/$file.env" >>"$work/unit"; done
    allowed=$(LC_ALL=C sort -u "$work/unit" | paste -sd' ')
    [ -n "$allowed" ] || continue
    printf '%s\n' "# Written by install.sh: name servers, stores and collectors elsewhere, /etc/shop/allowed-addresses." \
      '[Service]' "IPAddressAllow=$allowed" | write "/etc/systemd/system/shop-$name.service.d/addresses.conf" 644 root:root
  done
}

addresses_in() { # FILE: those of its connection strings and telemetry endpoints
  local value host found
  [ -r "$1" ] || return 0
  sed -nE 's/^[[:space:]]*(ConnectionStrings__[A-Za-z0-9_]+|OTEL_EXPORTER_OTLP_([A-Z]+_)?ENDPOINT)=//p' "$1" | tr -d "\"'" >"$work/values"
  while read -r value; do
    if [[ $value == mongodb+srv://* ]]; then
      [ -s "$root/etc/shop/allowed-addresses" ] || fail "$1: the servers behind mongodb+srv:// are not known here; put their addresses into /etc/shop/allowed-addresses"
      continue
    fi
    hosts_in "$value" >"$work/hosts"
    while read -r host; do
      found=$(getent ahosts "$host" | awk '{ print $1 }') || fail "$1: the name '$host' has no address"
      printf '%s\n' "$found"
    done <"$work/hosts"
  done <"$work/values"
}

hosts_in() { # CONNECTION: a URL, or the form of Npgsql (Host=A,B;...) or of Redis (A:PORT,B:PORT,password=...)
  local value=$1
  shopt -s nocasematch
  if [[ $value == *://* ]]; then
    value=${value#*://} value=${value%%[/?]*}
    tr , '\n' <<<"${value##*@}"
  elif [[ $value =~ (^|\;)\ *(host|server)\ *= ]]; then
    tr ';' '\n' <<<"$value" | sed -nE 's/^ *(host|server) *= *//Ip' | tr , '\n' | { grep -v ^/ || :; } # a path is a socket of this machine
  else
    tr , '\n' <<<"$value" | { grep -v = || :; }
  fi | sed -E 's/^ *\[(.*)\].*$/\1/; t; s/^ *//; s/:[0-9]*$//; s/ *$//; /^$/d'
  shopt -u nocasematch
}

# Makes the staged files those of /etc: identical files stay, and those that are not staged any more are removed.
activate() { # NAME of the release that they belong to
  local file modes
  (cd "$stage" && find etc -type f | LC_ALL=C sort) >"$work/files"
  # Before the end, all files that may be there.
  mkdir -p "$configured"
  [ -e "$configured/files" ] || : >"$configured/files"
  LC_ALL=C comm -23 "$configured/files" "$work/files" >"$work/removed"
  LC_ALL=C sort -u "$configured/files" "$work/files" >"$work/all" && cp "$work/all" "$configured/files" || return 1
  while read -r file; do
    if cmp -s "$stage/$file" "$root/$file"; then
      modes=$(stat -c %a:%u:%g "$stage/$file" "$root/$file")
      if [ "${modes%$'\n'*}" = "${modes#*$'\n'}" ]; then continue; fi
    fi
    [ -d "$root/${file%/*}" ] || mkdir -p "$root/${file%/*}"
    cp -p "$stage/$file" "$root/$file.new" || { rm -f "$root/$file.new"; return 1; }
    mv "$root/$file.new" "$root/$file" || return 1
  done <"$work/files"
  while read -r file; do remove "$file"; done <"$work/removed"
  cp "$work/files" "$configured/files" && echo "${hosts[*]}" >"$configured/hosts" && echo "$1" >"$configured/release" || return 1
  if on_machine; then systemctl daemon-reload; fi
}

remove() { # FILE of the configuration
  local unit
  unit=$(basename "$1")
  if on_machine && [[ $1 == *.service ]]; then systemctl stop "$unit" || :; systemctl disable --quiet "$unit" || :; fi
  rm -f "$root/$1"
  [[ $1 != *.service.d/* ]] || rmdir --ignore-fail-on-non-empty "$root/$(dirname "$1")"
}

is_live() { # NAME: whether the staged files are those of /etc already
  local file
  [ "$(cat "$configured/release" 2>/dev/null || :)" = "$1" ] || return 1
  (cd "$stage" && find etc -type f | LC_ALL=C sort) | cmp -s - "$configured/files" || return 1
  while read -r file; do cmp -s "$stage/$file" "$root/$file" || return 1; done <"$configured/files"
}

# Copies files of the live configuration.
copy_live() { # TO < files
  local file
  while read -r file; do
    if [ -e "$root/$file" ]; then (cd "$root/" && cp -p --parents "$file" "$1"); fi
  done
}

# Keeps the live configuration under the name of its release, with the link to the release before that.
save() {
  local name list=$configured/files
  if [ -e "$configured/release" ]; then
    name=$(cat "$configured/release")
  else
    # Installed by an earlier script, which kept no list: the files that are about to be replaced.
    name=$(current) list=$work/replaced
    [ "$name" != none ] || return 0
    (cd "$stage" && find etc -type f) >"$list"
  fi
  rm -rf "${saved:?}/$name.new"
  (umask 077; mkdir -p "$saved/$name.new")
  copy_live "$saved/$name.new" <"$list"
  cp "$configured/hosts" "$saved/$name.new/hosts" 2>/dev/null || :
  readlink "$shop/previous" >"$saved/$name.new/previous" || :
  rm -rf "${saved:?}/$name"
  mv "$saved/$name.new" "$saved/$name"
}

# Back to a release, with its configuration and units; addresses are those of today.
restore() { # NAME
  local name=$1
  rm -rf "$stage"
  mkdir -p "$stage"
  cp -a "$saved/$name/etc" "$stage/etc"
  rm -rf "$stage"/etc/systemd/system/*.service.d
  if [ -e "$configured/files" ]; then { grep '\.service\.d/' "$configured/files" || :; } | copy_live "$stage"; fi
  (drop_ins) || say "the addresses that units may reach are not renewed" >&2
  activate "$name" || return 1
  if [ -d "$shop/releases/$name" ]; then ln -sfn "releases/$name" "$shop/current"; else rm -f "$shop/current"; fi
  if [ -s "$saved/$name/previous" ]; then ln -sfn "$(cat "$saved/$name/previous")" "$shop/previous"; else rm -f "$shop/previous"; fi
}

# Without an earlier release to return to. Secrets and data stay: data can only be read with these secrets.
uninstall() {
  local file
  [ -e "$configured/files" ] || return 0
  grep -vx etc/shop/secrets.env "$configured/files" >"$work/removed" || :
  while read -r file; do remove "$file"; done <"$work/removed"
  rm -rf "$configured" "$shop/current" "$shop/previous"
  if on_machine; then systemctl daemon-reload; fi
}

undo() {
  local name before copied changed
  rm -rf "$shop/releases/$new.copy"
  read -r name before copied changed <<<"$(cat "$shop/installing" 2>/dev/null || :)"
  [ "$name" = "$new" ] || return 0
  say "taking $new back"
  if [ "$changed" = changed ]; then
    if [ -d "$saved/$before" ]; then
      restore "$before" || return 1
    elif [ "$before" = none ]; then
      uninstall || return 1
    else
      say "the configuration of $before was not kept" >&2
      return 1
    fi
  fi
  if [ "$copied" = copied ]; then
    rm -rf "${shop:?}/releases/$new" "${saved:?}/$new"
    sed -i "/^$new /d" "$shop/release-names"
  fi
  rm "$shop/installing"
}

# A name is used for one content, ever: after a rollback it must be known what runs.
check_release() {
  local used
  [ -d "$release" ] || fail "$release is not a folder"
  digest=$({
    cd "$release" && find . -type f -print0 | LC_ALL=C sort -z | xargs -0r sha256sum
    cd "$here" && find install.sh store.sh gateway.sh nginx.conf "$machine" -type f -print0 | LC_ALL=C sort -z | xargs -0r sha256sum
  } | sha256sum | cut -d' ' -f1)
  used=$(sed -n "s/^$new //p" "$shop/release-names" 2>/dev/null || :)
  [ -z "$used" ] || [ "$used" = "$digest" ] || fail "the release name '$new' was already used for other content; choose another one (RELEASE=...)"
}

copy_release() {
  local target=$shop/releases/$new state
  if [ -n "$dry" ]; then echo "+ copy $release to $target"; return; fi
  mkdir -p "$shop/releases"
  # What undo needs: the release, the one that runs, whether the folder is new, whether files in /etc have changed. An interrupted installation goes on.
  # A line about the release that runs is left over from its deployment, which succeeded.
  if ! grep -qs "^$new " "$shop/installing" || [ "$(current)" = "$new" ]; then
    state=copied
    [ ! -d "$target" ] || state=kept
    echo "$new $(current) $state unchanged" >"$shop/installing"
  fi
  [ ! -d "$target" ] || return 0
  rm -rf "$target.copy"
  cp -a "$release" "$target.copy"
  mv "$target.copy" "$target"
  grep -qs "^$new " "$shop/release-names" || echo "$new $digest" >>"$shop/release-names"
}

switch_release() {
  local old
  if [ "$(current)" = "$new" ]; then return 0; fi
  if [ -L "$shop/current" ]; then run ln -sfn "$(readlink "$shop/current")" "$shop/previous"; fi
  run ln -sfn "releases/$new" "$shop/current"
  # Deletes old releases; the current and the previous one stay whatever their age.
  # shellcheck disable=SC2012 # release names contain no special characters
  [ -n "$dry" ] || ls -dt "$shop"/releases/*/ | tail -n +$((releases_kept + 1)) | while read -r old; do
    old=$(basename "$old")
    case releases/$old in
      "$(readlink "$shop/current")" | "$(readlink "$shop/previous" || true)") ;;
      *) rm -rf "${shop:?}/releases/$old" "${saved:?}/$old" ;;
    esac
  done
}

prepare() {
  local name
  if on_machine && [ -e /var/lib/shop/postgres/data ] && [ ! -e /var/lib/shop/etcd ]; then
    fail "/var/lib/shop has the data of a release without copies; save it with that release's backup.sh, remove /var/lib/shop, deploy, then restore"
  fi
  [ -z "$release" ] || check_release
  [ -n "$dry" ] || preparing=1
  if on_machine; then packages; users; fi
  if [ -n "$release" ]; then copy_release; fi
  if on_machine; then engines; fi
  if on_machine && [ -n "$first" ]; then
    run install -d -o etcd -g etcd -m 700 /var/lib/shop/etcd
    # Until services start: the stores that have no data yet. A repeated deployment goes on with the file, and forget deletes only the data of these.
    [ -n "$dry" ] || stores_without_data >/var/lib/shop/etcd/new
  fi
  files
  name=$new
  [ -n "$release" ] || name=$(current)
  if [ -z "$dry" ] && ! is_live "$name"; then
    # A repeated attempt finds files of both releases; the first one has kept the right ones.
    grep -qs "^$new .* changed$" "$shop/installing" || save
    [ -z "$release" ] || sed -i 's/unchanged$/changed/' "$shop/installing"
    activate "$name"
  fi
  preparing=''
}

stores_without_data() {
  local name
  for name in etcd ${clusters[@]+"${clusters[@]%%:*}"}; do [ -e "/var/lib/shop/$name/data" ] || echo "$name"; done
}

# Members of etcd that never had a majority, or that know other addresses, would keep the next deployment from starting a cluster. Redis keeps its data.
forget() {
  local name
  on_machine || return 0
  if [ ! -e /var/lib/shop/etcd/new ]; then return 0; fi
  # The names are this script's, not the file's: etcd's user can write that.
  for name in etcd ${clusters[@]+"${clusters[@]%%:*}"}; do
    # There was an earlier release, which is back.
    if [ -e "/etc/systemd/system/shop-$name.service" ]; then return 0; fi
    if grep -qxF "$name" /var/lib/shop/etcd/new; then run rm -rf "/var/lib/shop/$name/data"; fi
  done
  run rm -f /var/lib/shop/etcd/new
}

renew_addresses() {
  local file
  [ -e "$configured/files" ] || fail "nothing is installed"
  mkdir -p "$stage"
  grep -v '\.service\.d/' "$configured/files" | copy_live "$stage"
  drop_ins
  [ -n "$dry" ] || activate "$(cat "$configured/release")"
}

# Listed by an operator who runs that database elsewhere, by its store's name.
is_external() { grep -qsxF -e "$1" -e "${1%-engine}" -e "${1%-sentinel}" "$root/etc/shop/external-stores"; }

# What needs a restart of a store: its unit, but for addresses, and the engines. Its files do too, unless it can reload them; etcd's matter for a first start.
state_of() { # NAME
  {
    readlink /opt/shop/engine
    grep -v '^IPAddress' "/etc/systemd/system/shop-$1.service" || :
    cat "/etc/shop/$1.env" 2>/dev/null || :
    cat /etc/shop/cluster/*
    [ "$1" = etcd ] || has_reload "$1" || cat "/etc/shop/$1"/* 2>/dev/null || :
  } | sha256sum
}
files_of() { { cat "/etc/shop/$1"/* 2>/dev/null || :; } | sha256sum; }
has_reload() { grep -qs '^ExecReload=' "/etc/systemd/system/shop-$1.service"; }

# A machine of a cluster is restarted only when the one before it is back: a primary without any copy would acknowledge nothing.
wait_member() { # NAME
  local entry second
  [ -z "$dry" ] || return 0
  for entry in ${clusters[@]+"${clusters[@]}"}; do
    if [ "${entry%%:*}" != "$1" ] || [ ! -e "/var/lib/shop/$1/data/PG_VERSION" ]; then continue; fi
    for ((second = 0; second < health_seconds; second++)); do
      if patroni "$address:${entry##*:}" /readiness; then return 0; fi
      sleep 1
    done
    say "$1 does not follow its primary after $health_seconds s: journalctl -u shop-$1" >&2
    return 1
  done
}

patroni() { ask_patroni "$@" >/dev/null; }
ask_patroni() { # HOST:PORT PATH [CURL ARGUMENTS...]
  curl -fsS -m 5 --cacert /etc/shop/cluster/authority.pem --cert /etc/shop/cluster/certificate.pem --key /etc/shop/cluster/key.pem \
    "${@:3}" "https://$1$2" 2>/dev/null
}

# Without a primary there is none to follow, and a restart makes nothing worse: it may be what brings a primary back.
restart_store() { # NAME
  local entry led=''
  for entry in ${clusters[@]+"${clusters[@]}"}; do
    if [ -z "$dry" ] && [ "${entry%%:*}" = "$1" ] && has_primary "${entry##*:}"; then led=1; fi
  done
  run systemctl restart "shop-$1.service" || return 1
  [ -z "$led" ] || wait_member "$1"
}

# Some settings of Postgres need a restart. Patroni says so once it has read them, which is a moment after the reload.
needs_restart() { # NAME
  local entry second
  [ -z "$dry" ] || return 1
  for entry in ${clusters[@]+"${clusters[@]}"}; do
    if [ "${entry%%:*}" != "$1" ]; then continue; fi
    for ((second = 0; second < 5; second++)); do
      sleep 1
      if [[ $(ask_patroni "$address:${entry##*:}" /patroni) == *'"pending_restart": true'* ]]; then return 0; fi
    done
  done
  return 1
}

has_primary() { # PORT
  local host
  for host in "${hosts[@]}"; do if patroni "$host:$1" /primary; then return 0; fi; done
  return 1
}

set_up_clusters() { # [wait]
  local entry name user port api second
  is_installed || return 0
  for entry in ${clusters[@]+"${clusters[@]}"}; do
    IFS=: read -r name user port api <<<"$entry"
    if ! on_machine; then say "$name is not run here"; continue; fi
    if is_external "$name"; then say "$name is external"; continue; fi
    if [ -n "$dry" ]; then echo "+ set up $name"; continue; fi
    if [ ! -e "/etc/systemd/system/shop-$name.service" ]; then say "$name is not installed"; continue; fi
    for ((second = 0; second < health_seconds; second++)); do
      if [ "${1:-}" != wait ] || has_primary "$api"; then break; fi
      sleep 1
    done
    if [ "$second" = "$health_seconds" ]; then fail "$name has no primary after $health_seconds s: journalctl -u shop-$name"; fi
    patroni "$address:$api" /primary || continue
    # Its files are new already. A machine with a new address can follow only when the primary accepts it, and may be restarted before this one's stores are.
    systemctl reload-or-restart "shop-$name.service" || fail "$name was not reloaded: journalctl -u shop-$name"
    patroni "$address:$api" /config -X PATCH --data "@/etc/shop/$name/shared.json" || fail "the settings of $name were not accepted"
    for ((second = 0; ; second++)); do
      if run_on_primary roles && run_on_primary owners; then break; fi
      # Another machine has to do it, if the primary has moved meanwhile; deploy.sh asks all of them until one has.
      patroni "$address:$api" /primary || { say "$name is not set up: its primary has moved" >&2; continue 2; }
      [ "$second" -lt "$set_up_tries" ] || fail "$name was not set up"
      sleep 1
    done
    say "$name is set up"
  done
}

# Copies with a new password cannot connect before it is set, so the primary does not wait for them.
run_on_primary() { # SCRIPT, with the caller's cluster
  (cd / && runuser -u "$user" -- env PATH=/opt/shop/postgresql/bin:/usr/bin:/bin LC_ALL=C PGHOST="/run/shop-$name" PGPORT="$port" POSTGRES_USER=postgres \
    PGOPTIONS='-c synchronous_commit=local' PASSWORDS="/etc/shop/$name/passwords" "/etc/shop/$name/$1.sh")
}

is_installed() { [ -n "$dry" ] || [ -e "$configured/files" ] || { say "nothing is installed"; return 1; }; }

# If one fails, the others go on: all of them must get the passwords that are in their files.
start_stores() {
  on_machine || return 0
  local name failed=0
  is_installed || return 0
  # The gateway in front of the document engine is part of a release.
  if [ -n "$release" ] && [ ! -L /opt/shop/current ]; then switch_release; fi
  run mkdir -p "$applied"
  for name in ${stores[@]+"${stores[@]%%:*}"}; do start_store "$name" || failed=1; done
  for name in ${programs[@]+"${programs[@]}"}; do is_external "${name%%:*}" || wait_healthy "${name%%:*}" "tcp:${name#*:}" || failed=1; done
  return $failed
}

start_store() { # NAME
  local state files
  if is_external "$1"; then
    run systemctl stop "shop-$1.service"
    run systemctl disable --quiet "shop-$1.service"
    return
  fi
  run systemctl enable --quiet "shop-$1.service" || return 1
  state=$(state_of "$1") files=$(files_of "$1")
  if [ "$(cat "$applied/$1" 2>/dev/null)" != "$state" ]; then
    restart_store "$1" || return 1
  elif [ "$(cat "$applied/$1.files" 2>/dev/null)" != "$files" ] && has_reload "$1"; then
    run systemctl reload-or-restart "shop-$1.service" || return 1
    if needs_restart "$1"; then restart_store "$1" || return 1; fi
  else
    run systemctl start "shop-$1.service" || return 1
  fi
  [ -n "$dry" ] || { echo "$state" >"$applied/$1"; echo "$files" >"$applied/$1.files"; }
}

is_healthy() { # URL, or tcp:PORT
  if [[ $1 == tcp:* ]]; then (: <"/dev/tcp/127.0.0.1/${1#tcp:}") 2>/dev/null; else curl -fsS -m 4 -o /dev/null "$1" 2>/dev/null; fi
}

wait_healthy() { # NAME URL
  local second
  [ -z "$dry" ] || return 0
  for ((second = 0; second < health_seconds; second++)); do
    if is_healthy "$2"; then say "$1 is healthy"; return 0; fi
    sleep 1
  done
  say "$1 is not healthy after $health_seconds s: journalctl -u shop-$1" >&2
  return 1
}

restart_services() {
  local entry failed=0
  on_machine || return 0
  for entry in ${programs[@]+"${programs[@]}"}; do
    if is_external "${entry%%:*}"; then continue; fi
    run systemctl restart "shop-${entry%%:*}.service" || failed=1
    wait_healthy "${entry%%:*}" "tcp:${entry#*:}" || failed=1
  done
  for entry in "${services[@]}"; do
    run systemctl enable --quiet "shop-${entry%%:*}.service" && run systemctl restart "shop-${entry%%:*}.service" || failed=1
  done
  run systemctl enable --quiet "shop-${gateway%%:*}.service" && run systemctl reload-or-restart "shop-${gateway%%:*}.service" || failed=1
  for entry in "${services[@]}"; do wait_healthy "${entry%%:*}" "http://127.0.0.1:${entry#*:}/health" || failed=1; done
  wait_healthy "${gateway%%:*}" "http://127.0.0.1:${gateway#*:}/gateway/health" || failed=1
  return $failed
}

rollback() { # to the earlier release "new"
  local was
  if [ "$(cat "$configured/release" 2>/dev/null || :)" = "$new" ] && [ "$(current)" = "$new" ]; then say "$new is installed already"; return; fi
  if [ ! -d "$saved/$new" ] || [ ! -d "$shop/releases/$new" ]; then fail "'$new' was not kept; $(kept)"; fi
  was=$(cat "$saved/$new/hosts" 2>/dev/null || echo "${hosts[*]}")
  [ "$was" = "${hosts[*]}" ] || fail "$new was installed for the machines $was, and its files name them; deploy its sources instead"
  if [ -n "$dry" ]; then echo "+ restore $new"; return; fi
  say "returning to $new"
  restore "$new"
}

kept() { # the releases that rollback accepts, in words
  local folder names=''
  for folder in "$saved"/*/; do
    folder=$(basename "$folder")
    if [ -d "$shop/releases/$folder" ]; then names+=" $folder"; fi
  done
  echo "there is${names:- no earlier release}"
}

for phase in "${phases[@]}"; do
  case $phase in
    prepare) prepare ;;
    stores) start_stores ;;
    clusters) set_up_clusters wait ;;
    primaries) set_up_clusters ;;
    services)
      if [ -n "$release" ]; then switch_release; fi
      if on_machine && [ -z "$dry" ] && [ ! -L "$shop/current" ]; then say "no release is installed"; continue; fi
      if on_machine; then run rm -f /var/lib/shop/etcd/new; fi
      restart_services
      ;;
    undo)
      [ -n "$release" ] || fail "undo needs --release"
      if [ -n "$dry" ]; then echo "+ undo $new"; continue; fi
      undo
      ;;
    forget) forget ;;
    rollback)
      [ -n "$release" ] || fail "rollback needs --release"
      rollback
      ;;
    addresses) renew_addresses ;;
    engines) renew_engines ;;
    *) fail "unknown phase '$phase'" ;;
  esac
done
if [ -n "$whole" ] && [ -z "$dry" ]; then rm -f "$shop/installing"; fi
