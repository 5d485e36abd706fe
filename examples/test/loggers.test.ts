import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writePngGrid } from 'denoiser';
import { afterAll, beforeAll, expect, it } from 'vitest';

const work = mkdtempSync(join(tmpdir(), 'denoiser-loggers-'));
const module = fileURLToPath(new URL('../loggers/mlflow.mjs', import.meta.url));
const command = join(createRequire(import.meta.url).resolve('denoiser/package.json'), '../bin/denoiser.js');

/** What MLflow was asked: a server in its place, which answers as its REST API does. */
const asked: { path: string; content: Record<string, unknown> }[] = [];
const server = createServer((request, response) => {
  let text = '';
  request.on('data', (chunk) => {
    text += chunk;
  });
  request.on('end', () => {
    asked.push({ path: request.url ?? '', content: JSON.parse(text) });
    response.end(JSON.stringify({ run: { info: { run_id: 'the-run' } } }));
  });
});

beforeAll(async () => {
  for (let i = 0; i < 4; i++) {
    const image = { data: new Uint8Array(64).fill(60 * i), imageShape: [8, 8, 1] as const };
    await writePngGrid(join(work, 'images', `${i}.png`), image, { padding: 0, scale: 1 });
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => {
  server.close();
  rmSync(work, { recursive: true, force: true });
});

it('mlflow.mjs logs a run: its name, every step, its end', async () => {
  const network = ['--size', '8', '--grey', '--base-width', '4', '--time-dim', '8', '--preview-steps', '2'];
  const args = ['train', 'images', ...network, '--steps', '2', '--out', 'run', '--log', module];
  const uri = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const child = spawn(process.execPath, [command, ...args], {
    cwd: work,
    env: { ...process.env, MLFLOW_TRACKING_URI: uri },
  });
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const code = await new Promise((resolve) => child.on('close', resolve));
  expect([code, stderr]).toEqual([0, '']);
  expect(asked.map(({ path }) => path.replace('/api/2.0/mlflow/', ''))).toEqual([
    'runs/create',
    'runs/log-batch',
    'runs/log-batch',
    'runs/update',
  ]);
  expect(asked[0]?.content).toMatchObject({ run_name: 'run' });
  expect(asked[2]?.content).toMatchObject({ run_id: 'the-run', metrics: [{ key: 'loss', step: 2 }, {}] });
});

it('is short', () => {
  const lines = readFileSync(module, 'utf8').split('\n');
  expect(lines.filter((line) => line.trim() !== '').length).toBeLessThanOrEqual(25);
});
