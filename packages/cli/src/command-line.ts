import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** npm puts these on the path of what it starts, where a person's shell does not look. */
const OF_NPM = /node_modules[\\/]\.bin[\\/]?$/;

let name: string | undefined;

/** Returns the command's name as it can be typed here: by itself where it is on the path, else through npx. */
function commandName(path = process.env.PATH ?? ''): string {
  const folders = path.split(delimiter).filter((folder) => folder !== '' && !OF_NPM.test(folder));
  const files = process.platform === 'win32' ? ['denoiser.cmd', 'denoiser.exe'] : ['denoiser'];
  return folders.some((folder) => files.some((file) => existsSync(join(folder, file)))) ? 'denoiser' : 'npx denoiser';
}

/** Returns a command of ours as it can be typed here: `['resume', 'my runs/a']` is `denoiser resume 'my runs/a'`. */
export function commandLine(words: readonly string[], path?: string): string {
  if (path === undefined) name ??= commandName();
  return [path === undefined ? name : commandName(path), ...words.map(quoted)].join(' ');
}

/** A word that a shell takes as it is. `<more>` stands for what is to be filled in. */
const quoted = (word: string): string =>
  /^[\w@%+=:,./\\-]+$|^<\w+>$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
