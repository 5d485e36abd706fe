import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { succeeds, temporaryFolder } from './command';
import { writeDigits } from './pictures';

const cwd = temporaryFolder();
const json = (path: string) => JSON.parse(readFileSync(join(cwd, path), 'utf8'));
const log = (run: string) =>
  readFileSync(join(cwd, run, 'log.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

test('the time is the length of a run whose rate falls: it has fallen when it is up, and the run is finished', async () => {
  await writeDigits(join(cwd, 'digits'), [3, 5], 2);
  const tiny = ['--size', '16', '--base-width', '8', '--time-dim', '32', '--preview-steps', '2', '--noise-steps', '20'];
  const rate = ['--lr', '1e-3', '--lr-schedule', 'cosine', '--sample-every', 'never', '--device', 'engine'];
  const train = ['train', 'digits', ...tiny, ...rate, '--batch-size', '2'];
  const said = await succeeds([...train, '--minutes', '0.05', '--out', 'run'], { cwd });
  expect(said).toMatch(/in all +0:03, in which it takes about \d+ steps?; the learning rate falls by the clock/);
  expect(said).not.toMatch(/The time is up/);
  expect(json('run/config.json')).toMatchObject({ seconds: 3, steps: null, epochs: null });
  const rates = log('run').map(({ learningRate }) => learningRate);
  expect(rates).toEqual(rates.toSorted((a, b) => b - a));
  expect(rates.at(-1)).toBeLessThan(0.5e-3);
  expect(await succeeds(['resume', 'run'], { cwd })).toMatch(/This run is finished after \d+ steps?/);
  const steps = rates.length;
  await succeeds(['resume', 'run', '--minutes', '0.03'], { cwd });
  expect(log('run').length).toBeGreaterThan(steps);
  expect(json('run/config.json').seconds).toBeGreaterThanOrEqual(4);

  await succeeds([...train, '--minutes', '10', '--steps', '2', '--out', 'steps'], { cwd });
  expect(json('steps/config.json')).toMatchObject({ seconds: null, steps: 2 });
  await succeeds([...train, '--minutes', '0.0001', '--config', 'steps/config.json', '--out', 'again'], { cwd });
  expect(json('again/config.json')).toMatchObject({ seconds: null, steps: 2 });
});
