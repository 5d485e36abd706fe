import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { uniforms } from '@denoiser/ops';
import { build } from 'tsup';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCheckpoint } from '../../src/parts';
import { fileStore } from './file-store';

/** DENOISER_KILLS=50 is the long form. */
const KILLS = Number(process.env.DENOISER_KILLS ?? 5);
const STEPS = 60 * KILLS;
const program = join(import.meta.dirname, '../../.vitest/kill');
const folder = mkdtempSync(join(tmpdir(), 'denoiser-kill-'));

beforeAll(() =>
  build({
    entry: [join(import.meta.dirname, 'train.ts')],
    outDir: program,
    format: 'esm',
    target: 'es2022',
    skipNodeModulesBundle: true,
    config: false,
    silent: true,
    dts: false,
  }),
);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs the program to its end, or kills it `delay` ms after it has told of `lines` steps. */
function train(checkpoints: string, kill?: { lines: number; delay: number }) {
  return new Promise<{ isKilled: boolean; errors: string }>((resolve, reject) => {
    const child = spawn(process.execPath, [join(program, 'train.js'), checkpoints, String(STEPS)]);
    let lines = 0;
    let errors = '';
    let isDue = false;
    child.stderr.on('data', (text) => {
      errors += text;
    });
    child.stdout.on('data', (text) => {
      lines += String(text).split('\n').length - 1;
      if (!kill || lines < kill.lines || isDue) return;
      isDue = true;
      setTimeout(() => child.kill('SIGKILL'), kill.delay);
    });
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code !== 0 && signal !== 'SIGKILL') reject(new Error(`the program ended with ${code}: ${errors}`));
      else resolve({ isKilled: signal === 'SIGKILL', errors });
    });
  });
}

const filesOf = (checkpoints: string) => {
  const last = join(checkpoints, String(STEPS));
  return Object.fromEntries(readdirSync(last).map((name) => [name, readFileSync(join(last, name)).toString('base64')]));
};

describe('a process that is killed at any moment', () => {
  it(`(${KILLS} times) and resumed ends with the same checkpoint, to the bit, as one that was left alone`, async () => {
    const [left, killed] = [join(folder, 'left'), join(folder, 'killed')];
    const whole = train(left);
    const u = uniforms({ seed: Date.now(), step: 0, index: 0, count: 2 * KILLS });
    const moments = Array.from({ length: KILLS }, (_, i) => ({
      lines: 1 + Math.floor(u[2 * i] * 8),
      delay: Math.floor(u[2 * i + 1] * 25),
    }));
    const steps: number[] = [];
    for (const [i, moment] of moments.entries()) {
      expect([i, moment, await train(killed, moment)]).toMatchObject([i, moment, { isKilled: true }]);
      const store = fileStore(killed);
      const saved = await store.list();
      if (saved.length === 0) continue; // killed before the first one
      const files = ['model.safetensors', 'optimizer.safetensors', 'timesteps.safetensors'] as const;
      const warnings: string[] = [];
      const { state } = await readCheckpoint(store, { files, onWarning: (message) => warnings.push(message) });
      expect([state.step, warnings]).toEqual([saved.at(-1), []]);
      steps.push(state.step);
    }
    expect(Math.max(0, ...steps)).toBeLessThan(STEPS);
    const end = await train(killed);
    expect([end, await whole]).toEqual([
      { isKilled: false, errors: expect.not.stringContaining('anew') },
      { isKilled: false, errors: expect.anything() },
    ]);
    expect(filesOf(killed)).toEqual(filesOf(left));
    expect(Object.keys(filesOf(left)).sort()).toEqual([
      'ema.safetensors',
      'model.safetensors',
      'optimizer.safetensors',
      'power-ema.safetensors',
      'state.json',
      'timesteps.safetensors',
    ]);
  });
});
