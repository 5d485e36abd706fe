import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';

export const bin = fileURLToPath(new URL('../dist/bin.js', import.meta.url));

/** What is said of schedules that leave much of the image in their last step. */
const SIGNAL = /^denoiser: [^\n]*leaves \d+ % of the image[^\n]*\n/m;

export interface Result {
  code: number | null;
  stdout: string;
  /** Without `warning`, which the short schedules of tests deserve. */
  stderr: string;
  warning: string;
}

export function resultOf(code: number | null, stdout: string, stderr: string): Result {
  const warning = SIGNAL.exec(stderr)?.[0] ?? '';
  return { code, stdout, stderr: stderr.replace(SIGNAL, ''), warning };
}

export interface Running {
  process: ChildProcess;
  done: Promise<Result>;
  /** Waits until the output so far matches. */
  until(pattern: RegExp): Promise<void>;
}

/** Starts the built command, as a user's shell does. */
export function start(args: readonly string[], options: { cwd: string; env?: Record<string, string> }): Running {
  const child = spawn(process.execPath, [bin, ...args], { cwd: options.cwd, env: { ...process.env, ...options.env } });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const done = new Promise<Result>((resolve) => {
    child.on('close', (code) => resolve(resultOf(code, stdout, stderr)));
  });
  const until = (pattern: RegExp) =>
    new Promise<void>((resolve, reject) => {
      const look = () => pattern.test(stdout) && resolve();
      child.stdout.on('data', look);
      child.on('close', () => reject(new Error(`ended before ${pattern}: ${stdout}${stderr}`)));
      look();
    });
  return { process: child, done, until };
}

/** Runs the command with the arguments after its name. */
export type Run = (args: readonly string[], options: { cwd: string; env?: Record<string, string> }) => Promise<Result>;

/** Runs the command in a process of its own, as a user does. */
export const denoiser: Run = (args, options) => start(args, options).done;

/** What is expected of every command that succeeds and of every one that fails, however it is run. */
export const expecting = (run: Run) => ({
  /** Runs what must succeed and say nothing on stderr. */
  async succeeds(...[args, options]: Parameters<Run>): Promise<string> {
    const result = await run(args, options);
    expect(result.stderr).toBe('');
    expect(result.code, result.stdout).toBe(0);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    expect(result.stdout, 'no control characters in a pipe').not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f]/);
    return result.stdout;
  },

  /** Runs what must fail: exit code 1, one line on stderr, no stack. Gives the line. */
  async fails(...[args, options]: Parameters<Run>): Promise<string> {
    const { code, stderr } = await run(args, options);
    expect(stderr).toMatch(/^denoiser: [^\n]+\n$/);
    expect(stderr).not.toMatch(/unexpected error|\bat .*:\d+:\d+/);
    expect(code).toBe(1);
    return stderr.trim();
  },
});

export const { succeeds, fails } = expecting(denoiser);

export const temporaryFolder = (): string => mkdtempSync(join(tmpdir(), 'denoiser-cli-'));
