import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { dawn } from '../../packages/kernels-webgpu/test/dawn';
import { inBench } from '../src/in-bench';

const hasAdapter = (await dawn()) !== undefined;

test.skipIf(!hasAdapter)(
  '`npm run bench:gpu` measures the card and a step, and says what a software adapter is',
  async () => {
    const json = join(await mkdtemp(join(tmpdir(), 'gpu-')), 'gpu.json');
    const args = [
      '--size 8 --quick --networks original --steps sampling --subjects denoiser --json'.split(' '),
      json,
    ].flat();
    const { status, stdout, stderr } = spawnSync(process.execPath, [inBench('dist/gpu/main.js'), ...args], {
      encoding: 'utf8',
    });
    expect(status, stderr).toBe(0);
    const { card, rows } = JSON.parse(readFileSync(json, 'utf8'));
    if (card.adapter.isFallbackAdapter) expect(stdout).toMatch(/^\*\*This adapter is software/);
    for (const rate of ['f32', 'bytesPerSecond', 'dispatchSeconds']) expect(card[rate]).toBeGreaterThan(0);
    expect(stdout.split('\n').filter((line) => line.startsWith('| original'))).toHaveLength(3);
    for (const { ms, dispatches, problem } of rows) {
      expect(problem).toBeUndefined();
      expect(ms).toHaveLength(2);
      expect(dispatches).toBeGreaterThan(50);
    }
  },
);
