#!/bin/sh
# Makes .env out of .env.sample, with 48 random hexadecimal digits for each secret. A .env that is there stays as it is.
set -eu
umask 077
cd "$(dirname "$0")"
[ -e .env ] && { echo ".env is there already"; exit 0; }
while IFS= read -r line; do
  case $line in
    *=LETTERS-AND-DIGITS-ONLY) printf '%s=%s\n' "${line%%=*}" "$(od -An -N24 -tx1 /dev/urandom | tr -d ' \n')" ;;
    '#'*) ;;
    *) printf '%s\n' "$line" ;;
  esac
done <.env.sample >.env.new
mv .env.new .env
echo "made .env"
