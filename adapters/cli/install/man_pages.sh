#!/usr/bin/env bash
# usage: man_pages.sh PROGRAM FOLDER VERSION
# Writes sojourn.1 and a sojourn-COMMAND.1 for each command, from the command's own help.
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

mkdir -p "$folder"
help=$("$program" --help)
{
  page sojourn "$(head -n 1 <<<"$help")" "$help"
  printf '.SH SEE ALSO\n.nf\n'
} >"$folder/sojourn.1"
sed -n '/^Subcommands:/,/^$/s/^  \([a-z]*\)  .*/\1/p' <<<"$help" | while read -r command; do
  help=$("$program" "$command" --help)
  page "sojourn-$command" "$(head -n 1 <<<"$help")" "$help" >"$folder/sojourn-$command.1"
  printf 'sojourn\\-%s(1)\n' "$command" >>"$folder/sojourn.1"
done
printf '.fi\n' >>"$folder/sojourn.1"
