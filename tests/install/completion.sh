#!/usr/bin/env bash
# usage: completion.sh PREFIX: the installed completion, asked as bash asks it.
set -euo pipefail
PATH=$1/bin:$PATH
source "$1/share/bash-completion/completions/sojourn"

expect() {  # the words that must be offered, then the words typed so far
  local offered=$1
  shift
  COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
  _sojourn
  [ "${COMPREPLY[*]}" = "$offered" ] || { echo "for '$*': '${COMPREPLY[*]}' instead of '$offered'"; exit 1; }
}

expect "fmt" sojourn fm
expect "--decisions" sojourn dryrun --dec
expect "text json" sojourn dryrun --format ""
expect "verify" sojourn package ver
expect "--token" sojourn package verify --tok
expect "--sgp32" sojourn package encode --sg
expect "explanation" sojourn device expl
expect "--token" sojourn device show --tok
expect "--interval" sojourn device demo --inter
cd "$1"
expect "share" sojourn device sha
expect "show share" sojourn device sh
