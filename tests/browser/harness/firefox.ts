import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { endTogether } from '../../../scripts/children.mjs';
import { findFirefox, withoutFirefox } from '../../../scripts/firefox.mjs';

const executablePath = findFirefox();
if (!executablePath) console.log(withoutFirefox);

/** For `describe.skipIf`: there is no Firefox, and a sentence on the console said so. */
export const noFirefox = executablePath === undefined;

/** On a busy machine a page takes its time; a test fails by what it says, not by the clock. */
const PATIENCE_MS = 240_000;

/** A page in Firefox. */
export type Firefox = {
  open(url: string): Promise<void>;
  /** What a script in the page returns: the body of a function. */
  evaluate<T>(script: string): Promise<T>;
  /** Waits until the script returns what is true of `isIt`, and gives it. */
  until<T>(script: string, isIt: (value: T) => boolean): Promise<T>;
  close(): Promise<void>;
};

/**
 * A real Firefox with a profile of its own, by Marionette, its own remote control, of which WebDriver is made: Playwright drives a Firefox of
 * its own or newer ones than Debian's.
 */
export async function launchFirefox(): Promise<Firefox> {
  const profile = mkdtempSync(join(tmpdir(), 'denoiser-firefox-'));
  writeFileSync(join(profile, 'user.js'), 'user_pref("marionette.port", 0);\n');
  const process_ = endTogether(
    spawn(executablePath as string, ['--headless', '--marionette', '--no-remote', '--profile', profile], {
      stdio: 'ignore',
      env: { ...process.env, HOME: profile },
    }),
  );
  const ask = await connect(await portIn(profile, process_));
  await ask('WebDriver:NewSession', { capabilities: { alwaysMatch: {} } });
  const evaluate = async <T>(script: string) =>
    ((await ask('WebDriver:ExecuteScript', { script, args: [] })) as { value: T }).value;
  return {
    open: async (url) => void (await ask('WebDriver:Navigate', { url })),
    evaluate,
    async until<T>(script: string, isIt: (value: T) => boolean) {
      const end = performance.now() + PATIENCE_MS;
      for (;;) {
        const value = await evaluate<T>(script);
        if (isIt(value)) return value;
        if (performance.now() > end) throw new Error(`${script} is still ${JSON.stringify(value)}`);
        await setTimeout(200);
      }
    },
    async close() {
      const ended = new Promise((resolve) => process_.once('close', resolve));
      process_.kill();
      await ended;
      rmSync(profile, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

/** The port that Firefox has chosen, which it writes into its profile. */
async function portIn(profile: string, firefox: ChildProcess): Promise<number> {
  const file = join(profile, 'MarionetteActivePort');
  for (let waited = 0; waited < PATIENCE_MS; waited += 100) {
    const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
    if (text) return Number(text);
    if (firefox.exitCode !== null) throw new Error(`Firefox ended with code ${firefox.exitCode}.`);
    await setTimeout(100);
  }
  throw new Error('Firefox has not opened its remote control.');
}

type Answer = [type: 1, id: number, error: { message: string } | null, result: unknown];

/** A connection to Marionette: each message is its length, a colon and JSON. Returns what sends a command and awaits its answer. */
async function connect(port: number): Promise<(command: string, parameters: object) => Promise<unknown>> {
  const socket: Socket = createConnection(port, '127.0.0.1');
  socket.on('error', () => {}); // when Firefox ends
  const waiting = new Map<number, (answer: Answer) => void>();
  let received = Buffer.alloc(0);
  const greeted = new Promise<void>((resolve) => {
    socket.on('data', (part) => {
      received = Buffer.concat([received, part]);
      for (;;) {
        const colon = received.indexOf(':');
        const end = colon + 1 + Number(received.subarray(0, colon));
        if (colon < 0 || received.length < end) return;
        const message = JSON.parse(received.subarray(colon + 1, end).toString()) as Answer | object;
        received = received.subarray(end);
        if (Array.isArray(message)) waiting.get(message[1])?.(message as Answer);
        else resolve();
      }
    });
  });
  await greeted;
  let last = 0;
  return async (command, parameters) => {
    const id = ++last;
    const answered = new Promise<Answer>((resolve) => waiting.set(id, resolve));
    const message = JSON.stringify([0, id, command, parameters]);
    socket.write(`${Buffer.byteLength(message)}:${message}`);
    const [, , error, result] = await answered;
    if (error) throw new Error(`${command}: ${error.message}`);
    return result;
  };
}
