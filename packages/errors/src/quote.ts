import { printable } from './printable';

const LONGEST = 120;

/** Returns a name from a file, quoted, with control characters escaped, and cut to a length that fits a message. */
export function quote(name: string): string {
  return printable(JSON.stringify(name.length > LONGEST ? `${name.slice(0, LONGEST - 3)}...` : name));
}
