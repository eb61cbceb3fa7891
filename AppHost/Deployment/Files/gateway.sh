#!/bin/sh
# Writes the part of nginx's configuration that depends on the certificate, then runs COMMAND, if there is one:
#   gateway.sh start|reload CERTIFICATES FOLDER [COMMAND...]
# CERTIFICATES has certificate.pem (with its chain) and key.pem; without them the gateway speaks plain HTTP. FOLDER gets listen.conf, for the shop's server, and
# redirect.conf, for the server that sends clients of plain HTTP to HTTPS. Environment: HTTPS_PORT, the port that clients use (8443); HSTS_SECONDS, for how long
# browsers use HTTPS only (0: no such header).
set -eu
action=$1 certificates=$2 folder=$3
shift 3
fail() { echo "error: $*" >&2; exit 1; }
port=${HTTPS_PORT:-8443} hsts=${HSTS_SECONDS:-0}
case $port$hsts in *[!0-9]*) fail "HTTPS_PORT ($port) and HSTS_SECONDS ($hsts) must be numbers" ;; esac
[ "$port" = 443 ] && port='' || port=:$port

[ ! -d "$certificates" ] || [ -x "$certificates" ] || fail "user $(id -u) cannot enter $certificates"
if [ -e "$certificates/certificate.pem" ]; then
  for file in certificate.pem key.pem; do [ -r "$certificates/$file" ] || fail "$certificates/$file is missing, or user $(id -u) cannot read it"; done
  cat >"$folder/listen.conf.new" <<END
listen 8443 ssl backlog=4096;
ssl_certificate $certificates/certificate.pem;
ssl_certificate_key $certificates/key.pem;
ssl_protocols TLSv1.2 TLSv1.3;
ssl_session_cache shared:tls:10m;
ssl_session_timeout 1d;
ssl_session_tickets off;
END
  [ "$hsts" -eq 0 ] || cat >>"$folder/listen.conf.new" <<END
add_header_inherit merge;
add_header Strict-Transport-Security "max-age=$hsts" always;
END
  cat >"$folder/redirect.conf.new" <<END
server {
  listen 8000 backlog=4096;
  server_name _;
  location = /gateway/health { default_type text/plain; return 200 "Healthy\n"; }
  location / { return 308 https://\$host$port\$request_uri; }
}
END
else
  # A certificate that is being replaced may be absent for a moment. That must not switch to plain HTTP.
  if [ "$action" = reload ] && grep -qs ' ssl ' "$folder/listen.conf"; then
    fail "$certificates/certificate.pem is missing; restart the gateway to turn HTTPS off"
  fi
  echo 'listen 8000 backlog=4096;' >"$folder/listen.conf.new"
  : >"$folder/redirect.conf.new"
  [ "$action" = reload ] || echo "The gateway speaks plain HTTP: there is no $certificates/certificate.pem." >&2
fi
mv "$folder/listen.conf.new" "$folder/listen.conf"
mv "$folder/redirect.conf.new" "$folder/redirect.conf"
[ $# -eq 0 ] || exec "$@"
