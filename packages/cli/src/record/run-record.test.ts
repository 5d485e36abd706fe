import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { runPaths } from '../run-folder';
import { openRunRecord } from './run-record';

const folder = mkdtempSync(join(tmpdir(), 'denoiser-record-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a log of an earlier version is gone on with, and its lines are in the report', async () => {
  const paths = runPaths(folder);
  const old = { step: 1, epoch: 1, loss: 0.5, imagesPerSecond: 4, time: 0 };
  writeFileSync(paths.log, `${JSON.stringify(old)}\n`);
  writeFileSync(paths.validationLog, `${JSON.stringify({ step: 1, epoch: 2, loss: 0.75, emaLoss: 0.625 })}\n`);
  const facts = { config: {}, steps: 2, batchSize: 1, about: {}, versions: {} };
  const record = await openRunRecord({ paths, resumedAt: 1, noiseSteps: 10, facts, now: () => 0, memory: () => 0 });
  const numbers = { loss: 0.25, gradientNorm: 1, learningRate: 1, imagesPerSecond: 4, waitingShare: 0 };
  const images = { timesteps: Int32Array.of(1), imageLosses: Float32Array.of(0.25) };
  await record.step({ step: 2, epoch: 2, ...numbers, ...images });
  await record.validation({ step: 2, epochsDone: 2, loss: 0.5, emaLoss: 0.375, isBest: true });
  await record.checkpoint(2);
  await record.close();
  const lines = (path: string) =>
    readFileSync(path, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  expect(lines(paths.log).map(({ step, epoch }) => [step, epoch])).toEqual([
    [1, 1],
    [2, 2],
  ]);
  expect(lines(paths.validationLog)[1]).toEqual({ step: 2, epochsDone: 2, loss: 0.5, emaLoss: 0.375 });
  expect(readFileSync(paths.report, 'utf8')).toMatch(/<th scope="row">1<\/th><td>0\.75<\/td><td>0\.625<\/td>/);
});
