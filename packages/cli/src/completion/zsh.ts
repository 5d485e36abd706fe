import type { FlagWords, Vocabulary } from './vocabulary';

/** Returns the completion of zsh: a list of `_arguments` for each command. */
export function zshCompletion({ commands }: Vocabulary): string {
  const names = commands.map(({ name, about }) => `    ${quoted(`${name}:${escaped(about)}`)}`);
  const cases = commands.map(
    ({ name, flags }) => `    ${name})
      _arguments \\
${flags.map((flag) => `        ${quoted(specOf(flag))} \\`).join('\n')}
        '*:file:_files'
      ;;`,
  );
  return `#compdef denoiser
# denoiser's completion for zsh: eval "$(denoiser completion zsh)" in ~/.zshrc, after compinit
_denoiser() {
  local -a commands
  commands=(
${names.join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT-- ))
  case $command in
${cases.join('\n')}
  esac
}
compdef _denoiser denoiser
`;
}

/** A flag as \`_arguments\` takes it: name, description, and what follows. */
function specOf({ long, about, takesValue, values }: FlagWords): string {
  const value = values.length > 0 ? `:value:(${values.join(' ')})` : ':value:_files';
  return `*${long}[${escaped(about)}]${takesValue ? value : ''}`;
}

const escaped = (text: string): string => text.replace(/[\\[\]:]/g, (character) => `\\${character}`);

/** In single quotes of a shell. */
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
