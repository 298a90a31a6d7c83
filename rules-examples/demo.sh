#!/usr/bin/env bash
# The main job, shown: the example policies are checked and tested, a fleet's trace is made up and
# dry-run, one decision is explained; then the service runs on the loopback interface, a dozen devices
# report, and their eUICCs are switched. Every line below a heading comes from the programs' own
# records; what must not happen ends the demonstration with an error. Needs `./dev build` before;
# `./dev demo` does both.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
build=${SOJOURN_BUILD:-build}
PATH="$PWD/$build:$PWD/$build/rules-examples/fleet:$PATH"
work=$(mktemp -d)
started=()
finish() {
  [ ${#started[@]} -eq 0 ] || kill "${started[@]}" 2>/dev/null || true
  wait
  rm -rf "$work"
}
trap finish EXIT

heading() { printf '\n\033[1m== %s\033[0m\n' "$*"; }
exec 3>&1  # commands are shown here, where their output goes to a file as well
run() {
  printf '$ %s\n' "$*" >&3
  "$@"
}

heading 'A policy is a text that a compliance officer reads'
sed -n '/^rule/,/^otherwise/p' rules-examples/fleet/policy.sojourn

heading 'It is checked: types, conflicts, gaps, dead rules'
for policy in rules-examples/*/policy.sojourn; do run sojourn check "$policy" 2>"$work/notes"; done

heading 'It carries its own tests'
for policy in rules-examples/*/policy.sojourn; do run sojourn test "$policy"; done

heading 'A recorded fleet is replayed under it (this one is synthetic)'
run sojourn_fleet_trace --devices 30 >"$work/fleet.ndjson"
run sojourn dryrun rules-examples/fleet/policy.sojourn --trace "$work/fleet.ndjson" \
  --decisions "$work/decisions.ndjson" --audit "$work/chain"

heading 'One decision explained: a tracker that settled in Brazil'
record=$(grep -m 1 '"rule":"settled-in-brazil"' "$work/decisions.ndjson")
device=$(sed -E 's/.*"device":"([0-9]+)".*/\1/' <<<"$record")
at=$(sed -E 's/^\{"ts":"([^"]+)".*/\1/' <<<"$record")
awk -v device="$device" -v at="$at" -F '"ts":"' \
  'index($0, device) { split($2, t, "\""); if (t[1] <= at) print }' "$work/fleet.ndjson" >"$work/device.ndjson"
run sojourn decide rules-examples/fleet/policy.sojourn --device "@$work/device.ndjson" --at "$at"

heading 'The evidence holds, and not when a record is missing'
run sojourn audit verify "$work/chain"
sed 2d "$work/chain" >"$work/missing"
if run sojourn audit verify "$work/missing"; then
  echo 'a missing record was not found'
  exit 1
fi

heading 'The service: the engine, its eIM, and a dozen simulated devices'
demo=$work/demo
run sojourn serve --init "$demo" --any-ports --devices 12
sojourn serve "$demo/serve.json" >"$work/ready" 2>"$work/log" &
started+=($!)
for _ in $(seq 300); do grep -q ready "$work/ready" && break; sleep 0.1; done
port() { sed -E "s/.*\"$1\":([0-9]+).*/\1/" "$work/ready"; }
service=(--service "$demo" --port "$(port rest)")
mapfile -t eids < <(grep -oE '"[0-9]{32}"' "$demo/fleet.json" | tr -d '"')

# Reports of today and of the days before: where the devices are and have been.
sao_paulo='"network":"724-05","registration":"roaming","position":{"lat":-23.55,"lon":-46.63,"accuracy":20}'
berlin='"network":"262-01","registration":"roaming","position":{"lat":52.52,"lon":13.4,"accuracy":20}'
now=$(date +%s)
report() {  # device, days ago, members
  printf '{"ts":%d,"eid":"%s","profile":"bootstrap",%s}\n' $((now - $2 * 86400)) "${eids[$1]}" "$3"
}
{
  for n in 0 1 2 6 7 10 11; do report $n 0 "$sao_paulo,\"attributes\":{\"type\":\"meter\"}"; done
  for n in 3 8; do report $n 0 "$berlin,\"attributes\":{\"type\":\"tracker\"}"; done
  for n in 4 9; do
    for ago in $(seq 62 -1 0); do report $n "$ago" "$sao_paulo,\"attributes\":{\"type\":\"tracker\"}"; done
  done
  for ago in $(seq 5 -1 0); do report 5 "$ago" "$sao_paulo,\"attributes\":{\"type\":\"tracker\"}"; done
} >"$work/reports"

heading 'They report; six poll over CoAP/DTLS, six over HTTPS; one forges, one has no local network'
devices() { sojourn device "$demo" --forever --interval 500 "$@" >>"$work/devices" 2>&1 & started+=($!); }
devices --fleet 6 --transport coap --port "$(port coap)"
devices --first 6 --fleet 4 --port "$(port https)"
devices --first 10 --fleet 1 --port "$(port https)" --misbehave wrong-signature=100%
devices --first 11 --fleet 1 --port "$(port https)" --no-network 89550000000000000001
run sojourn observe "${service[@]}" "$work/reports"

heading 'As it happens: decisions, packages, and what the eUICCs answered'
timeout 40 sojourn devices watch "${service[@]}" --idle 6 || [ $? -eq 124 ]

heading 'How it ended'
run sojourn devices list "${service[@]}"
run sojourn devices show "${service[@]}" "${eids[0]}"
echo
run sojourn devices show "${service[@]}" "${eids[11]}"

heading 'The evidence of the whole run'
sojourn audit fetch "${service[@]}" >"$work/evidence"
run sojourn audit verify "${service[@]}"

# What must be so, or this demonstration shows a fault.
must() { "${@:2}" || { echo "fault: $1"; exit 1; }; }
shown() { sojourn devices show "${service[@]}" "${eids[$1]}"; }
for n in 0 1 2 4 6 7 9; do must "device $n was not switched" grep -q 'local-br, enabled' <(shown "$n"); done
for n in 3 8; do must "device $n was not switched" grep -q 'local-de, enabled' <(shown "$n"); done
must 'a tracker that passes through was switched' grep -q 'bootstrap, enabled' <(shown 5)
must 'a forged signature was not noticed' grep -q 'signature refused' "$work/evidence"
must 'a forged result was believed' test "$(shown 10 | grep -c 'on the card')" = 0
must 'a profile that found no network is not in quarantine' grep -q '^quarantine .*local-br' <(shown 11)

heading 'Where next'
echo 'adapters/service/README.md: the service. lang/README.md: the language. rules-examples/: policies to start from. sojourn --help: the commands.'
