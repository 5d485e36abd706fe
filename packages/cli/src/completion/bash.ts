import type { Vocabulary } from './vocabulary';

/** Returns the completion of bash: words of a case for each command and flag. */
export function bashCompletion({ commands }: Vocabulary): string {
  const flagCases = commands.map(
    ({ name, flags }) => `    ${name}) words="${flags.map(({ long }) => long).join(' ')}" ;;`,
  );
  const valueCases = commands.flatMap(({ name, flags }) =>
    flags
      .filter(({ takesValue }) => takesValue)
      .map(({ long, values }) => `    ${name}:${long}) words="${values.join(' ')}"; isValue=1 ;;`),
  );
  return `# denoiser's completion for bash: eval "$(denoiser completion bash)" in ~/.bashrc
_denoiser() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" words="" isValue=0
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${commands.map(({ name }) => name).join(' ')} --help --version" -- "$current"))
    return
  fi
  case "\${COMP_WORDS[1]}:$previous" in
${valueCases.join('\n')}
  esac
  if [ "$isValue" -eq 0 ]; then
    case "\${COMP_WORDS[1]}" in
${flagCases.join('\n')}
    esac
    [[ "$current" == -* ]] || words=""
  fi
  if [ -n "$words" ]; then
    COMPREPLY=($(compgen -W "$words" -- "$current"))
  else
    compopt -o filenames 2>/dev/null
    COMPREPLY=($(compgen -f -- "$current"))
  fi
}
complete -F _denoiser denoiser
`;
}
