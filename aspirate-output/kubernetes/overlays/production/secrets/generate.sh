#!/bin/sh
# Creates each missing file from its sample, with a random value for each key: 48 hexadecimal digits. Existing files are not changed.
# Fails if a file is missing that only you can write: its sample shows how.
set -eu
umask 077
cd "$(dirname "$0")"
random() { od -An -N"$1" -tx1 /dev/urandom | tr -d ' \n'; }
yours=''
for sample in *.env.sample; do
  file=${sample%.sample}
  if grep -qv '=LETTERS-AND-DIGITS-ONLY$' "$sample"; then
    if [ ! -e "$file" ] || cmp -s "$file" "$sample"; then yours="$yours $file"; fi
    continue
  fi
  [ -e "$file" ] && continue
  while IFS='=' read -r key _; do
    if [ "$key" = keyfile ]; then bytes=378; else bytes=24; fi
    printf '%s=%s\n' "$key" "$(random "$bytes")"
  done <"$sample" >"$file.new"
  mv "$file.new" "$file"
  echo "created $file"
done
if [ -n "$yours" ]; then
  echo "error: write$yours in $(pwd) yourself, as the samples show; these values cannot be generated" >&2
  exit 1
fi
