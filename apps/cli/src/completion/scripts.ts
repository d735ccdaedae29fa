import { quote } from 'shlex';
import { COMPLETE } from './complete.ts';

/** The scripts that teach shells to complete what is typed, by asking this program. */
export const SCRIPTS: Readonly<Record<Shell, () => string>> = { bash, zsh, fish };

export type Shell = (typeof SHELLS)[number];

export const SHELLS = ['bash', 'zsh', 'fish'] as const;

/** How a script asks: this very program, whatever is on the path, since npx alone would take longer than a key may. */
function asking(): string {
  return [process.execPath, process.argv[1] ?? '', COMPLETE].map(quote).join(' ');
}

/** A bash splits words at ":" and "=" too, and replaces only what is behind the last of them. */
function bash(): string {
  return `_sextant() {
  local line=\${COMP_LINE:0:COMP_POINT} current before reply candidate
  local -a words=()
  read -ra words <<< "$line"
  [[ $line == *[[:space:]] ]] && words+=('')
  current=\${words[\${#words[@]}-1]}
  before=\${current%"\${current##*[:=]}"}
  COMPREPLY=()
  reply=$(${asking()} "\${words[@]:1}" 2>/dev/null)
  if [[ $reply == ':files' ]]; then
    compopt -o filenames 2>/dev/null
    while read -r candidate; do COMPREPLY+=("$candidate"); done < <(compgen -f -- "$current")
    return
  fi
  while IFS=$'\\t' read -r candidate _; do
    [[ -n $candidate ]] && COMPREPLY+=("\${candidate#"$before"}")
  done <<< "$reply"
  [[ \${#COMPREPLY[@]} -eq 1 && \${COMPREPLY[0]} == */ ]] && compopt -o nospace 2>/dev/null
}
complete -F _sextant sextant`;
}

function zsh(): string {
  return `#compdef sextant
_sextant() {
  local reply line value about
  local -a values folders
  reply=$(${asking()} "\${(@Q)words[2,CURRENT-1]}" "\${(Q)PREFIX}" 2>/dev/null)
  if [[ $reply == ':files' ]]; then
    _files
    return
  fi
  for line in "\${(@f)reply}"; do
    value=\${line%%$'\\t'*}
    [[ -z $value ]] && continue
    about=\${line#$value}
    about=\${about#$'\\t'}
    if [[ $value == */ ]]; then folders+=("$value"); else values+=("\${value//:/\\\\:}\${about:+:$about}"); fi
  done
  local found=1
  (( $#values )) && _describe sextant values && found=0
  (( $#folders )) && compadd -S '' -a folders && found=0
  return found
}
if [[ $zsh_eval_context == *func ]]; then _sextant "$@"; else compdef _sextant sextant; fi`;
}

function fish(): string {
  return `function __sextant_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l reply (${asking()} $words[2..-1] "$current" 2>/dev/null)
    if test "$reply" = ':files'
        __fish_complete_path "$current"
        return
    end
    printf '%s\\n' $reply
end
complete -c sextant -f -a '(__sextant_complete)'`;
}
