import { existsSync, realpathSync } from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';

/** Returns whether a file or folder, which need not be there yet, is another one or lies in it, wherever links lead. */
export function isWithin(path: string, folder: string): boolean {
  const way = relative(real(folder), real(path));
  return way === '' || !(way === '..' || way.startsWith(`..${sep}`) || resolve(way) === way);
}

function real(path: string): string {
  const whole = resolve(path);
  if (existsSync(whole) || whole === dirname(whole)) return existsSync(whole) ? realpathSync(whole) : whole;
  return join(real(dirname(whole)), basename(whole));
}
