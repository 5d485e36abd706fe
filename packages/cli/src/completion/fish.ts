import type { FlagWords, Vocabulary } from './vocabulary';

/** Returns the completion of fish: a line for each command and flag. */
export function fishCompletion({ commands }: Vocabulary): string {
  const lines = commands.flatMap(({ name, about, flags }) => [
    `complete -c denoiser -n __fish_use_subcommand -a ${name} -d ${quoted(about)}`,
    ...flags.map((flag) => `complete -c denoiser -n '__fish_seen_subcommand_from ${name}' ${rest(flag)}`),
  ]);
  return `# denoiser's completion for fish: denoiser completion fish > ~/.config/fish/completions/denoiser.fish
complete -c denoiser -n __fish_use_subcommand -f
${lines.join('\n')}
`;
}

function rest({ long, short, about, takesValue, values }: FlagWords): string {
  return [
    ...(short ? [`-s ${short.slice(1)}`] : []),
    `-l ${long.slice(2)}`,
    ...(takesValue ? ['-r'] : []),
    ...(values.length > 0 ? [`-f -a ${quoted(values.join(' '))}`] : []),
    `-d ${quoted(about)}`,
  ].join(' ');
}

/** In single quotes of fish, in which \\ and ' are escaped. */
const quoted = (text: string): string => `'${text.replace(/[\\']/g, (character) => `\\${character}`)}'`;
