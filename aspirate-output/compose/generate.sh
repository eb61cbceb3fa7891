#!/bin/sh
# Creates .env from .env.sample, with 48 random hexadecimal digits for each secret, and the number of CPUs. An existing .env is not changed.
# Makes the files that containers mount readable for all, whatever the umask was when they were copied: containers run as other users.
set -eu
umask 077
cd "$(dirname "$0")"
chmod a+r ./*.conf ./*.js ./*.sh
(umask 022; mkdir -p tls) # certificate.pem and key.pem of the gateway, if it speaks HTTPS
[ -e .env ] && { echo ".env already exists"; exit 0; }
while IFS= read -r line; do
  case $line in
    *=LETTERS-AND-DIGITS-ONLY) printf '%s=%s\n' "${line%%=*}" "$(od -An -N24 -tx1 /dev/urandom | tr -d ' \n')" ;;
    *=NUMBER-OF-CPUS) printf '%s=%s\n' "${line%%=*}" "$(getconf _NPROCESSORS_ONLN)" ;;
    '#'*) ;;
    *) printf '%s\n' "$line" ;;
  esac
done <.env.sample >.env.new
mv .env.new .env
echo "created .env"
