#!/bin/sh
# Creates each missing file from its sample, with a random value for each key: 48 hexadecimal digits. Existing files are not changed.
set -eu
umask 077
cd "$(dirname "$0")"
random() { od -An -N"$1" -tx1 /dev/urandom | tr -d ' \n'; }
for sample in *.env.sample; do
  file=${sample%.sample}
  [ -e "$file" ] && continue
  while IFS='=' read -r key _; do
    if [ "$key" = keyfile ]; then bytes=378; else bytes=24; fi
    printf '%s=%s\n' "$key" "$(random "$bytes")"
  done <"$sample" >"$file.new"
  mv "$file.new" "$file"
  echo "created $file"
done
