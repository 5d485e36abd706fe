import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { denoiser, start, temporaryFolder } from './command';
import { writeDigits } from './pictures';

const cwd = temporaryFolder();
const tiny = ['--size', '16', '--base-width', '4', '--time-dim', '8', '--preview-steps', '2', '--noise-steps', '20'];

/** The one value on stdout. */
async function resultOf(...args: string[]) {
  const { code, stdout, stderr } = await denoiser([...args, '--json'], { cwd });
  expect(code, stderr).toBe(0);
  return { value: JSON.parse(stdout), stderr };
}

beforeAll(() => writeDigits(join(cwd, 'digits'), [3, 5], 4));

test('train, eval, sample, runs and doctor give one JSON value on stdout, their words on stderr', async () => {
  const train = ['train', 'digits', ...tiny, '--batch-size', '4', '--validation', '0.5', '--steps', '2'];
  const tried = await resultOf(...train, '--dry-run');
  expect(tried.value).toMatchObject({
    status: 'tried',
    about: { device: expect.any(String), memory: expect.any(String) },
  });
  const trained = await resultOf(...train, '--out', 'runs/a');
  expect(trained.value).toMatchObject({ folder: 'runs/a', status: 'finished', step: 2, firstStep: 0 });
  expect(trained.value.checkpoint).toBe(join('runs/a/checkpoints/step-00000002'));
  expect(trained.stderr).toMatch(/^draw more +(npx )?denoiser sample runs\/a/m);

  const measured = await resultOf('eval', 'runs/a', '--steps', '2', '--count', '2');
  expect(measured.value).toMatchObject({ seen: false, pictures: 2, validationLoss: { byTime: expect.any(Array) } });
  const listed = await resultOf('runs');
  expect(listed.value.runs).toMatchObject([{ folder: join('runs/a'), steps: 2, problem: null }]);
  const { value } = await resultOf('doctor');
  expect(value).toMatchObject({ device: { name: expect.any(String) }, check: { loss: expect.any(Number) } });
  expect(value.versions['@tensorflow/tfjs-core']).toBe('4.22.0');
});

test('a run that was stopped says so in its value, too', async () => {
  const running = start(['train', 'digits', ...tiny, '--steps', '100000', '--out', 'stopped', '--json'], { cwd });
  await new Promise<void>((resolve) => {
    running.process.stderr?.on('data', (chunk) => /step 1\//.test(String(chunk)) && resolve());
  });
  running.process.kill('SIGINT');
  const { code, stdout, stderr } = await running.done;
  expect(code).toBe(130);
  expect(JSON.parse(stdout)).toMatchObject({ folder: 'stopped', status: 'stopped' });
  expect(stderr).toMatch(/go on with: (npx )?denoiser resume stopped/);
});
