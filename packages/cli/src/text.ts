/** Text on the terminal. */
import { printable, printableLines } from '@denoiser/errors';

/** Formats a number of things: `1 step`, `12,000 steps`. */
export const count = (n: number, thing: string, things = `${thing}s`): string =>
  `${n.toLocaleString('en')} ${n === 1 ? thing : things}`;

/** Formats names and values in two columns. */
export function list(entries: Readonly<Record<string, string>>): string {
  const width = Math.max(...Object.keys(entries).map((name) => name.length));
  return Object.entries(entries)
    .map(([name, value]) => `${name.padEnd(width)}   ${printableLines(value)}`)
    .join('\n');
}

/** Warns of what the user should know though the work goes on. */
export const warn = (message: string): void => {
  process.stderr.write(`denoiser: ${printable(message.replace(/\s*\n\s*/g, ' '))}\n`);
};

/** Describes the device that computes: its name, on what it runs, and why it was chosen. */
export const describeDevice = (device: { name: string; threads: number; adapter?: string; reason: string }): string => {
  const { name, threads, adapter, reason } = device;
  return `${name}, ${adapter ?? (threads === 1 ? 'one thread' : `${threads} threads`)}: ${reason}`;
};
