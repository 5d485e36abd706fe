import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { train, writePngGrid } from 'denoiser';
import { afterAll, beforeAll, expect, it } from 'vitest';

const folder = fileURLToPath(new URL('..', import.meta.url));
const work = mkdtempSync(join(tmpdir(), 'denoiser-examples-'));
const run = join(work, 'run');

/** A run for the examples that open one. */
beforeAll(async () => {
  for (const [name, level] of [
    ['dark', 40],
    ['light', 200],
  ] as const) {
    const image = { data: new Uint8Array(16 * 16).fill(level), imageShape: [16, 16, 1] as const };
    for (let i = 0; i < 4; i++)
      await writePngGrid(join(work, 'images', name, `${i}.png`), image, { padding: 0, scale: 1 });
  }
  const network = { size: 16, channels: 1, network: { baseWidth: 4, timeDim: 8 } } as const;
  await train({ data: join(work, 'images'), conditional: true, ...network, steps: 2, previewSteps: 2, out: run });
});
afterAll(() => rmSync(work, { recursive: true, force: true }));

/** They do not end by themselves: tested beside. */
const SERVERS = ['server.mjs'];
const programs = readdirSync(folder).filter((name) => name.endsWith('.mjs') && !SERVERS.includes(name));

it.each(programs)('%s runs to its end without a word on stderr', (program) => {
  const args = [join(folder, program), join(work, 'out.png'), run];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(status).toBe(0);
  expect(stdout.length).toBeGreaterThan(20);
});

it('there are programs, and README names each once', () => {
  expect(programs.length).toBeGreaterThan(2);
  const named = [...readFileSync(join(folder, 'README.md'), 'utf8').matchAll(/^\| \[`([^`]+)`\]/gm)].map(
    ([, name]) => name,
  );
  expect(named).toEqual([...new Set(named)]);
  expect(named).toEqual(expect.arrayContaining([...programs, ...SERVERS]));
});

it.each([
  'draw.mjs',
  'classes-and-guidance.mjs',
  'onnx.mjs',
  'own-network.mjs',
  'own-loop.mjs',
  'own-solver.mjs',
  'own-schedule.mjs',
  'own-dataset.mjs',
  'server.mjs',
])('%s is short', (program) => {
  const lines = readFileSync(join(folder, program), 'utf8').split('\n');
  expect(lines.filter((line) => line.trim() !== '').length).toBeLessThanOrEqual(25);
});
