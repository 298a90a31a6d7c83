#!/usr/bin/env bash
# The main job, shown: the example policies are checked and tested, a fleet's trace is made up and
# dry-run, and one decision is explained. Every line below a heading comes from the programs
# themselves. Needs `./dev build` before; `./dev demo` does both.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
build=${SOJOURN_BUILD:-build}
PATH="$PWD/$build:$PWD/$build/rules-examples/fleet:$PATH"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

heading() { printf '\n\033[1m== %s\033[0m\n' "$*"; }
run() {
  printf '$ %s\n' "$*"
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

heading 'Where next'
echo 'lang/README.md: the language. rules-examples/: policies to start from. sojourn --help: the commands.'
