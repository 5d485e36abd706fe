import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { expect, test } from 'vitest';
import { commandLine } from './command-line';

test('a hint is what can be typed: through npx where the command is on no path of the user', () => {
  const folder = mkdtempSync(join(tmpdir(), 'denoiser-path-'));
  const bin = join(folder, 'node_modules', '.bin');
  mkdirSync(bin, { recursive: true });
  const file = process.platform === 'win32' ? 'denoiser.cmd' : 'denoiser';
  writeFileSync(join(bin, file), '');
  expect(commandLine(['doctor'], [bin, folder].join(delimiter))).toBe('npx denoiser doctor');
  writeFileSync(join(folder, file), '');
  expect(commandLine(['doctor'], [bin, folder].join(delimiter))).toBe('denoiser doctor');
  expect(commandLine(['doctor'], '')).toBe('npx denoiser doctor');
});

test('a path that a shell would take apart is quoted', () => {
  const words = (...all: string[]) => commandLine(all, '').slice('npx denoiser '.length);
  expect(words('resume', 'runs/a', '--steps', '<more>')).toBe('resume runs/a --steps <more>');
  expect(words('resume', 'my runs/$a')).toBe("resume 'my runs/$a'");
  expect(words('resume', "it's")).toBe("resume 'it'\\''s'");
});
