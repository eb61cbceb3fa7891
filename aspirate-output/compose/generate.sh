#!/bin/sh
# Makes .env out of .env.sample, with 48 random hexadecimal digits for each secret, and the number of CPUs. A .env that is there stays as it is.
# The files that containers mount are for all to read, whatever the umask was when they came here: containers' users are not you.
set -eu
umask 077
cd "$(dirname "$0")"
chmod a+r ./*.conf ./*.js ./*.sh
[ -e .env ] && { echo ".env is there already"; exit 0; }
while IFS= read -r line; do
  case $line in
    *=LETTERS-AND-DIGITS-ONLY) printf '%s=%s\n' "${line%%=*}" "$(od -An -N24 -tx1 /dev/urandom | tr -d ' \n')" ;;
    *=NUMBER-OF-CPUS) printf '%s=%s\n' "${line%%=*}" "$(getconf _NPROCESSORS_ONLN)" ;;
    '#'*) ;;
    *) printf '%s\n' "$line" ;;
  esac
done <.env.sample >.env.new
mv .env.new .env
echo "made .env"
