import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, expect, test } from 'vitest';
import { fails, start, succeeds, temporaryFolder } from './command';
import { succeeds as succeedsHere } from './in-process';
import { writeDigits, writeOddPictures } from './pictures';

const cwd = temporaryFolder();
const tiny = ['--size', '16', '--base-width', '8', '--time-dim', '32', '--preview-steps', '4'];

type Line = { step: number; epoch: number; loss: number } & Record<
  'gradientNorm' | 'learningRate' | 'memoryBytes',
  number
>;
const logOf = (run: string): Line[] =>
  readFileSync(join(cwd, run, 'log.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

beforeAll(async () => {
  await writeDigits(join(cwd, 'digits'), [0, 1], 6);
});

test('training on twelve handwritten digits brings the loss down to a third', async () => {
  const length = ['--steps', '150', '--batch-size', '12', '--lr', '2e-3', '--no-augment'];
  const rare = ['--sample-every', '75', '--checkpoint-every', '75steps', '--ema-start', '50'];
  const stdout = await succeeds(['train', 'digits', '--conditional', ...tiny, ...length, ...rare, '--out', 'falls'], {
    cwd,
  });

  const log = logOf('falls');
  expect(log.map(({ step }) => step)).toEqual(Array.from({ length: 150 }, (_, i) => i + 1));
  const [first, last] = [mean(log.slice(0, 3).map(({ loss }) => loss)), mean(log.slice(-20).map(({ loss }) => loss))];
  expect(first / last).toBeGreaterThan(3);

  // Twelve images in batches of twelve: an epoch is a step.
  expect(readdirSync(join(cwd, 'falls/samples'))).toEqual(['epoch-0075.png', 'epoch-0150.png']);
  expect(readdirSync(join(cwd, 'falls/checkpoints'))).toEqual(['step-00000075', 'step-00000150']);
  expect(readdirSync(join(cwd, 'falls/checkpoints/step-00000150')).sort()).toEqual([
    'ema.safetensors',
    'model.safetensors',
    'optimizer.safetensors',
    'state.json',
  ]);
  const grid = sharp(join(cwd, 'falls/samples/epoch-0150.png'));
  const { width = 0, height = 0, format } = await grid.metadata();
  expect([format, width > 1.5 * height], 'two classes side by side').toEqual(['png', true]);
  expect(new Set(await grid.raw().toBuffer()).size, 'different values in the samples').toBeGreaterThan(50);
  expect(log.every(({ gradientNorm, learningRate }) => gradientNorm > 0 && learningRate === 2e-3)).toBe(true);
  expect(log.every(({ memoryBytes }) => memoryBytes > 2 ** 24)).toBe(true);
  const report = readFileSync(join(cwd, 'falls/report.html'), 'utf8');
  expect(report).toContain('Finished after 150 steps');
  expect(report.match(/<img src="data:image\/png;base64,/g)).toHaveLength(2);
  expect(report).toContain('<h2 id="loss-by-t">');
  expect(readdirSync(join(cwd, 'falls/tb'))).toEqual([expect.stringMatching(/^events\.out\.tfevents\./)]);
  expect(readFileSync(join(cwd, 'falls/loss.svg'), 'utf8')).toContain('step 150, mean of the last 15');
  expect(JSON.parse(readFileSync(join(cwd, 'falls/config.json'), 'utf8'))).toMatchObject({
    data: join(cwd, 'digits'),
    classNames: ['0', '1'],
    size: 16,
    training: { batchSize: 12, learningRate: 2e-3 },
  });

  for (const told of [
    '12 from',
    '2: 0, 1',
    'parameters',
    '150 steps',
    'falls/loss.svg',
    'falls/checkpoints/step-00000150',
  ]) {
    expect(stdout).toContain(told);
  }
});

test('a run that was stopped and resumed ends bit for bit like one that was not', async () => {
  const train = ['train', 'digits', ...tiny, '--batch-size', '5', '--sample-every', 'never'];
  await succeedsHere([...train, '--steps', '7', '--out', 'whole'], { cwd });
  await succeeds([...train, '--steps', '4', '--out', 'parts'], { cwd });
  const stdout = await succeeds(['resume', 'parts', '--steps', '7'], { cwd });
  expect(stdout).toContain('after step 4');

  const losses = (run: string) => logOf(run).map(({ step, epoch, loss }) => ({ step, epoch, loss }));
  expect(losses('parts')).toEqual(losses('whole'));
  expect(logOf('whole').map(({ epoch }) => epoch)).toEqual([1, 1, 1, 2, 2, 2, 3]);
  for (const file of ['model.safetensors', 'ema.safetensors', 'optimizer.safetensors']) {
    const bytes = (run: string) => readFileSync(join(cwd, run, 'checkpoints/step-00000007', file));
    expect(bytes('parts').equals(bytes('whole')), file).toBe(true);
  }
  expect(await succeedsHere(['resume', 'parts'], { cwd })).toContain('This run is finished after 7 steps');
});

test('Ctrl-C finishes the step, saves a checkpoint and says how to go on; until then no other process may train there', async () => {
  const running = start(['train', 'digits', ...tiny, '--steps', '100000', '--out', 'stopped'], { cwd });
  await running.until(/step 1\//);
  for (const second of [
    ['resume', 'stopped'],
    ['train', 'digits', ...tiny, '--out', 'stopped', '--overwrite'],
  ]) {
    const refused = await fails(second, { cwd });
    expect(refused).toMatch(new RegExp(`stopped is in use by process ${running.process.pid} on .* since 20`));
  }
  running.process.kill('SIGINT');
  const { code, stdout, stderr } = await running.done;
  expect(stderr).toBe('');
  expect(code).toBe(130);
  expect(existsSync(join(cwd, 'stopped/run.lock'))).toBe(false);
  expect(stdout).toMatch(/go on with: (npx )?denoiser resume stopped\n/);

  const step = logOf('stopped').length;
  expect(stdout).toContain(`Stopped after step ${step};`);
  expect(readdirSync(join(cwd, 'stopped/checkpoints')).at(-1)).toBe(`step-${String(step).padStart(8, '0')}`);
  expect(existsSync(join(cwd, 'stopped/loss.svg'))).toBe(true);
  await succeeds(['resume', 'stopped', '--steps', String(step + 2)], { cwd });
  expect(logOf('stopped').map((entry) => entry.step)).toEqual(Array.from({ length: step + 2 }, (_, i) => i + 1));
});

test('grids every so many steps show the network of that step', async () => {
  const every = ['--sample-every', '2steps', '--checkpoint-every', 'never', '--keep', '0'];
  const train = ['train', 'digits', ...tiny, '--steps', '5', ...every, '--samples', '3', '--out', 'often'];
  await succeedsHere(train, { cwd });
  expect(readdirSync(join(cwd, 'often/samples'))).toEqual([
    'step-00000002.png',
    'step-00000004.png',
    'step-00000005.png',
  ]);
});

test('animated, CMYK, 16-bit, grey and transparent pictures are converted', async () => {
  await writeOddPictures(join(cwd, 'odd'));
  const stdout = await succeedsHere(['train', 'odd', ...tiny, '--steps', '1', '--samples', '1'], { cwd });
  expect(stdout).toContain('5 from');
  expect(logOf('runs/odd')).toHaveLength(1);

  await succeedsHere(['train', 'odd', ...tiny, '--grey', '--steps', '1', '--samples', '1', '--out', 'grey'], { cwd });
  const state = JSON.parse(readFileSync(join(cwd, 'grey/checkpoints/step-00000001/state.json'), 'utf8'));
  expect(state.dataset.imageShape).toEqual([16, 16, 1]);
});
