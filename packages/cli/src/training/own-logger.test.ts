import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openLogger, withLogger } from './own-logger';
import type { Reporter } from './reporter';

const folder = mkdtempSync(join(tmpdir(), 'denoiser-'));
let count = 0;
function moduleOf(source: string): string {
  const path = join(folder, `logger-${count++}.mjs`);
  writeFileSync(path, source);
  return path;
}
const step = { step: 3, epoch: 1, loss: 0.5, imagesPerSecond: 2, time: 0 };

test('a module that exports functions of a reporter is told what the command shows', async () => {
  const logger = await openLogger(
    moduleOf('export const told = []; export const onStep = ({ step }) => void told.push(step);'),
  );
  const shown: number[] = [];
  const both = withLogger({ onStep: (line) => void shown.push(line.step) }, logger);
  await both.onStep?.(step, 60);
  expect(shown).toEqual([3]);
  expect(Object.keys(logger)).toEqual(['onStep']);
});

test('one that fails is said to once, and training goes on without it', async () => {
  const warnings: string[] = [];
  const steps: number[] = [];
  let calls = 0;
  const logger: Reporter = {
    async onStep() {
      calls++;
      throw new Error('no network');
    },
  };
  const both = withLogger(
    { onStep: (line) => void steps.push(line.step), onWarning: (sentence) => void warnings.push(sentence) },
    logger,
  );
  for (let i = 0; i < 3; i++) await both.onStep?.({ ...step, step: i }, 60);
  expect([steps, calls]).toEqual([[0, 1, 2], 1]);
  expect(warnings).toEqual(['onStep of the logger failed (no network); training goes on without it.']);
});

test('what is no logger is a sentence before training', async () => {
  await expect(openLogger(join(folder, 'absent.mjs'))).rejects.toThrow(/--log .*absent\.mjs: there is no such file/);
  await expect(openLogger(moduleOf('export const onSteps = () => {};'))).rejects.toThrow(
    /nobody calls onSteps; the nearest is onStep/,
  );
  await expect(openLogger(moduleOf('export const step = () => {};'))).rejects.toThrow(
    /it exports none of onBegin, onStep/,
  );
  await expect(openLogger(moduleOf('export const onStep = 3;'))).rejects.toThrow(/onStep is no function/);
  await expect(openLogger(moduleOf('throw new Error("no key");'))).rejects.toThrow(/it cannot be loaded \(no key\)/);
});
