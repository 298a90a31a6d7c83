# Completion of `sojourn` for bash. Commands and options are read from the command's own help, so
# this file knows none of them.
_sojourn() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
  local word help commands=() choices
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    [[ $word == -* ]] && break
    help=$("${COMP_WORDS[0]}" "${commands[@]}" --help 2>/dev/null) || return
    grep -q "^  $word  " <<<"${help#*Subcommands:}" || break
    commands+=("$word")
  done
  help=$("${COMP_WORDS[0]}" "${commands[@]}" --help 2>/dev/null) || return
  # `--format ENUM:{text,json}`: the values that an option takes.
  if [[ $previous == --* ]]; then
    choices=$(sed -n "s/^  \(-.,\)\?$previous ENUM:{\([^}]*\)}.*/\2/p" <<<"$help")
    if [[ $choices ]]; then
      mapfile -t COMPREPLY < <(compgen -W "${choices//,/ }" -- "$current")
      return
    fi
  fi
  if [[ $current == -* ]]; then
    choices=$(grep -oE '^  (-[a-z],)?--[a-z0-9-]+' <<<"$help" | grep -oE -- '--[a-z0-9-]+')
  else
    choices=$(sed -n '/^Subcommands:/,/^$/s/^  \([a-z-]*\)  .*/\1/p' <<<"$help")
  fi
  mapfile -t COMPREPLY < <(compgen -W "$choices" -- "$current")
  # `device` takes a folder or a command.
  if [[ $current != -* && ( ! $choices || $help == *Positionals:* ) ]]; then
    compopt -o filenames 2>/dev/null || :
    mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -f -- "$current")
  fi
}
complete -F _sojourn sojourn
