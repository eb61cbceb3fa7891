#!/usr/bin/env bash
# Runs customers.jmx without a GUI, and reports failures. The exit code is 0 only if requests were sent and all responses were as expected.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

usage() {
  cat <<'TEXT'
run_test.sh [options]
  --scenario storm|payload|mixed|all   (mixed) all: each with a third of the threads, at least one
  --threads N        (20)              per server in distributed mode
  --duration S       (60)
  --ramp S           (2)
  --host NAME        (localhost)       the gateway
  --port N           (8000)
  --mode local|distributed             (local) distributed: on servers that run jmeter-server
  --remote A,B                         the servers
  --properties FILE  (load.properties beside this script)
  --out FOLDER       (jmeter-DATE)     results.jtl, jmeter.log and, from JMeter 3.0 on, report/index.html
  -- ARGUMENTS                         for jmeter itself, like -Jstorm.operations=2000
TEXT
}
fail() { echo "$1" >&2; echo "See run_test.sh --help." >&2; exit 64; }
number() { [[ $2 =~ ^[0-9]{1,6}$ ]] && [ "$2" -ge "$3" ] || fail "$1 must be a whole number, at least $3; '$2' was given."; }

scenario=mixed threads=20 duration=60 ramp=2 host=localhost port=8000 mode=local remote= properties=$here/load.properties out=
while [ $# -gt 0 ]; do
  case $1 in
    -h|--help) usage; exit 0 ;;
    --) shift; break ;;
    --scenario|--threads|--duration|--ramp|--host|--port|--mode|--remote|--properties|--out)
      [ $# -gt 1 ] || fail "$1 requires a value."
      printf -v "${1#--}" %s "$2"; shift 2 ;;
    *) fail "Unknown option $1." ;;
  esac
done
number --threads "$threads" 1; number --duration "$duration" 1; number --ramp "$ramp" 0; number --port "$port" 1
[ -r "$properties" ] || fail "--properties: file $properties not found."
case $mode in
  local) [ -z "$remote" ] || fail "--remote requires --mode distributed." ;;
  distributed) [ -n "$remote" ] || fail "--mode distributed requires --remote A,B." ;;
  *) fail "--mode must be local or distributed; '$mode' was given." ;;
esac
third=$(( (threads + 2) / 3 ))
case $scenario in
  storm|payload|mixed) groups=("$scenario.threads=$threads") ;;
  all) groups=("storm.threads=$third" "payload.threads=$third" "mixed.threads=$third") ;;
  *) fail "--scenario must be storm, payload, mixed or all; '$scenario' was given." ;;
esac
command -v jmeter >/dev/null || { echo "jmeter is not on the PATH." >&2; exit 1; }

out=${out:-jmeter-$(date +%Y%m%d-%H%M%S)}
mkdir -p "$out"
[ ! -e "$out/results.jtl" ] || fail "--out: $out already has results."
arguments=(-n -t "$here/customers.jmx" -q "$properties" -l "$out/results.jtl" -j "$out/jmeter.log")
# -J sets a property here, -G on the servers.
set_property=-J
if [ "$mode" = distributed ]; then arguments+=(-R "$remote" -G "$properties"); set_property=-G; fi
for property in "host=$host" "port=$port" "duration=$duration" "ramp=$ramp" "${groups[@]}"; do arguments+=("$set_property$property"); done
# The log is also named here, because otherwise JMeter writes one to the current folder.
version=$(jmeter --version -j "$out/jmeter.log" 2>/dev/null | grep -Eo '[0-9]+\.[0-9]+(\.[0-9]+)?' | head -n 1 || true)
if [ "${version%%.*}" -ge 3 ] 2>/dev/null; then arguments+=(-e -o "$out/report"); else echo "JMeter ${version:-of unknown version} makes no HTML report; 3.0 and later do."; fi

jmeter "${arguments[@]}" "$@"
# JMeter does not report an unreadable plan as an error.
[ -s "$out/results.jtl" ] || { echo "JMeter wrote no results: see $out/jmeter.log." >&2; exit 1; }

# Messages may span several lines: a line that begins with a time is a sample. Quoted fields may contain commas.
awk -F, '
  NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; next }
  /^[0-9]+,/ {
    gsub(/"[^"]*"?/, "quoted"); total++; label = $column["label"]; count[label]++
    if ($column["success"] != "true") { failed++; bad[label " " $column["responseCode"]]++ }
  }
  END {
    for (label in count) printf "%-20s %8d\n", label, count[label]
    for (label in bad) printf "failed: %-12s %8d\n", label, bad[label]
    printf "%d requests, %d failed\n", total, failed
    exit total == 0 || failed > 0
  }' "$out/results.jtl"
