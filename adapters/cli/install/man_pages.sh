#!/usr/bin/env bash
# usage: man_pages.sh PROGRAM FOLDER VERSION
# Writes sojourn.1 and a sojourn-COMMAND.1 for each command, from the command's own help and that of
# the commands below it.
set -euo pipefail
program=$1 folder=$2 version=$3

# Text as troff takes it: no line is a request, no backslash an escape.
plain() { sed -e 's/\\/\\e/g' -e 's/-/\\-/g' -e "s/^\([.']\)/\\\\\&\1/"; }

page() {  # name, one line, help
  cat <<EOF
.TH "${1^^}" 1 "" "sojourn $version" "Sojourn"
.SH NAME
$1 \\- $2
.SH SYNOPSIS
.nf
$(grep -m1 '^Usage:' <<<"$3" | sed "s|^Usage: [^ ]*|sojourn|" | plain)
.fi
.SH DESCRIPTION
.nf
$(sed -e '1d' -e '/^Usage:/d' <<<"$3" | plain)
.fi
EOF
}

# The names of the commands that a help lists.
commands() { sed -n '/^Subcommands:/,/^$/s/^  \([a-z-]*\)  .*/\1/p' <<<"$1"; }

below() {  # command, one of its commands
  local help
  help=$("$program" "$1" "$2" --help)
  printf '.SH SOJOURN %s %s\n%s\n.nf\n' "${1^^}" "${2^^}" "$(head -n 1 <<<"$help" | plain)"
  grep -m1 '^Usage:' <<<"$help" | sed 's|^Usage: [^ ]*|sojourn|' | plain
  sed -n '/^Positionals:/,/^$/p; /^Options:/,/^$/p' <<<"$help" | plain
  printf '.fi\n'
}

mkdir -p "$folder"
help=$("$program" --help)
{
  page sojourn "$(head -n 1 <<<"$help")" "$help"
  printf '.SH SEE ALSO\n.nf\n'
} >"$folder/sojourn.1"
commands "$help" | while read -r command; do
  help=$("$program" "$command" --help)
  {
    page "sojourn-$command" "$(head -n 1 <<<"$help")" "$help"
    for one in $(commands "$help"); do below "$command" "$one"; done
  } >"$folder/sojourn-$command.1"
  printf 'sojourn\\-%s(1)\n' "$command" >>"$folder/sojourn.1"
done
printf '.fi\n' >>"$folder/sojourn.1"
