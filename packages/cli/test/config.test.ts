import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { beforeAll, expect, test } from 'vitest';
import { succeeds as succeedsAlone, temporaryFolder } from './command';
import { denoiser, fails, succeeds } from './in-process';
import { writeDigits } from './pictures';

const cwd = temporaryFolder();
const tiny = ['--size', '16', '--base-width', '8', '--time-dim', '32', '--noise-steps', '20', '--samples', '1'];
const rare = ['--sample-every', 'never', '--checkpoint-every', 'never'];
const zip = fileURLToPath(new URL('./fixtures/digits.zip', import.meta.url));
const bytes = (...parts: string[]) => readFileSync(join(cwd, ...parts)).toString('base64');
const json = (...parts: string[]) => JSON.parse(readFileSync(join(cwd, ...parts), 'utf8'));
const linesOf = (...parts: string[]) =>
  readFileSync(join(cwd, ...parts), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

beforeAll(async () => {
  await writeDigits(join(cwd, 'digits'), [0, 1], 12);
  const diffusion = ['--prediction', 'v', '--weighting', 'min-snr', '--timesteps', 'loss-second-moment'];
  const optimization = ['--lr-schedule', 'cosine', '--warmup', '2', '--clip', '1', '--micro-batch-size', '2'];
  const average = ['--ema-half-life', '100', '--post-hoc-ema', '--dropout-labels-per', 'sample'];
  const data = ['--conditional', '--flip', '--validation', '0.2', '--batch-size', '5', '--checkpoint-every', '2steps'];
  await succeeds(
    [
      ...['train', 'digits', ...tiny, '--sample-every', 'never', ...diffusion, ...optimization, ...average, ...data],
      ...['--steps', '6', '--out', 'first'],
    ],
    { cwd },
  );
});

test('training from the config.json of a run gives that run again, bit for bit', async () => {
  await succeedsAlone(['train', '--config', 'first/config.json', '--out', 'second'], { cwd });
  expect(json('second/config.json')).toEqual(json('first/config.json'));
  const files = readdirSync(join(cwd, 'first/checkpoints/step-00000006'));
  expect(files).toContain('power-ema.safetensors');
  for (const file of files) {
    const of = (run: string) => bytes(run, 'checkpoints/step-00000006', file);
    expect(of('second') === of('first'), file).toBe(true);
  }
  expect(readdirSync(join(cwd, 'second/snapshots'))).toHaveLength(6);
});

test('an average of any length is made from the snapshots of a run', async () => {
  const draw = (out: string, ...options: string[]) =>
    succeeds(['sample', 'first', '--count', '2', '--steps', '3', '--out', out, ...options], { cwd });
  await draw('usual.png');
  expect(await draw('long.png', '--ema-length', '0.2')).toContain('average of relative length 0.2 up to step 6');
  expect(await draw('early.png', '--ema-length', '0.2', '--checkpoint', '4')).toContain('up to step 4');
  // Pixels: the files say how they were drawn, too.
  const pixels = async (name: string) =>
    (
      await sharp(join(cwd, `${name}.png`))
        .raw()
        .toBuffer()
    ).toString('base64');
  expect(new Set(await Promise.all(['usual', 'long', 'early'].map(pixels))).size).toBe(3);
  const refused = (...args: string[]) => fails(['sample', ...args, '--ema-length', '0.2'], { cwd });
  expect(await refused('first', '--weights', 'model')).toContain('not --weights model');
  expect(await refused('first/checkpoints/step-00000006')).toContain('give its folder');
  cpSync(join(cwd, 'first'), join(cwd, 'without'), { recursive: true });
  rmSync(join(cwd, 'without/snapshots'), { recursive: true });
  expect(await refused('without')).toMatch(/no snapshots.*--post-hoc-ema/);
});

test('held-out images are measured, the best checkpoint is kept, and the report shows it', () => {
  const validation = linesOf('first/validation.jsonl');
  expect(validation.map(({ step }) => step)).toEqual([2, 4, 6]);
  const best = validation.reduce((a, b) => (b.emaLoss < a.emaLoss ? b : a));
  expect(readdirSync(join(cwd, 'first/best'))).toEqual([`step-${String(best.step).padStart(8, '0')}`]);
  expect(readFileSync(join(cwd, 'first/report.html'), 'utf8')).toContain('<h2 id="validation">');
  const rates = linesOf('first/log.jsonl').map(({ learningRate }) => learningRate);
  expect(rates[0]).toBeCloseTo(1.5e-4, 9);
  expect(rates.at(-1)).toBeLessThan(rates[2]);
});

test('a file by hand says what it wants, and flags go before it', async () => {
  writeFileSync(
    join(cwd, 'run.json'),
    JSON.stringify({
      data: 'digits',
      size: 16,
      network: { baseWidth: 8, timeDim: 32 },
      steps: 50,
      training: { batchSize: 3 },
    }),
  );
  const flags = ['--steps', '1', '--lr', '1e-3', '--noise-steps', '20', '--samples', '1', ...rare];
  await succeeds(['train', '--config', 'run.json', ...flags, '--out', 'by-hand'], { cwd });
  expect(json('by-hand/config.json')).toMatchObject({
    ...{ data: join(cwd, 'digits'), size: 16, epochs: null, steps: 1 },
    training: { batchSize: 3, learningRate: 1e-3, process: { steps: 20 } },
  });
});

test('a file with a mistake is refused with the nearest correct name, before anything is written', async () => {
  const refused = async (content: string) => {
    writeFileSync(join(cwd, 'wrong.json'), content);
    return fails(['train', 'digits', '--config', 'wrong.json', '--out', 'never'], { cwd });
  };
  expect(await refused('{"bachSize": 3}')).toContain('wrong.json: there is no option bachSize; the nearest is');
  expect(await refused('{"training": {"ema": {"type": "decai"}}}')).toContain(
    'one of decay, half-life, perhaps decay.',
  );
  expect(await refused('{"size": 16')).toContain('wrong.json is not JSON');
  expect(await refused('[]')).toContain('wrong.json has to be an object');
  expect(await fails(['train', 'digits', '--config', 'none.json'], { cwd })).toContain('none.json');
  expect(await fails(['train', 'digits', '--guidance', '2'], { cwd })).toContain('give --conditional');
  expect(existsSync(join(cwd, 'never'))).toBe(false);
});

test('of a schedule that ends with signal, train, its dry run and sample warn', async () => {
  const short = ['--size', '16', '--base-width', '8', '--time-dim', '32', '--noise-steps', '50', '--samples', '1'];
  const train = ['train', 'digits', ...short, '--steps', '1', '--preview-steps', '2'];
  const said = /^denoiser: The schedule leaves 78 % of the image at the last of its 50 noise steps/;
  expect((await denoiser([...train, '--dry-run'], { cwd })).warning).toMatch(said);
  expect((await denoiser([...train, '--out', 'short'], { cwd })).warning).toMatch(said);
  const sample = ['sample', 'short', '--count', '1', '--steps', '1', '--out', 'short.png'];
  expect((await denoiser(sample, { cwd })).warning).toMatch(said);
});

test.each([
  { schedule: ['angle', '--prediction', 'v'], samplers: ['ipndm', 'ddim'] },
  { schedule: ['edm'], samplers: ['heun', 'dpmpp-2m'] },
])('a run in continuous time, $schedule, trains and samples by name', async ({ schedule, samplers }) => {
  const [name = ''] = schedule;
  const small = ['--size', '16', '--base-width', '8', '--time-dim', '32', '--samples', '1', '--steps', '2'];
  const options = [...small, '--schedule', ...schedule, '--preview-steps', '2'];
  await succeeds(['train', 'digits', ...options, '--out', name], { cwd });
  for (const sampler of samplers) {
    await succeeds(['sample', name, '--sampler', sampler, '--steps', '2', '--count', '1', '--out', 'a.png'], { cwd });
  }
});

test('a dry run says what the run would be refused for', async () => {
  const { code, stderr } = await denoiser(
    ['train', 'digits', ...tiny, '--steps', '5', '--dry-run', '--out', 'digits'],
    {
      cwd,
    },
  );
  expect(code).toBe(0);
  expect(stderr).toBe('denoiser: digits is not empty and holds no run; choose another folder with --out.\n');
});

test('a dry run tells memory and time after two trial steps, and writes nothing', async () => {
  const before = readdirSync(cwd).sort();
  const stdout = await succeeds(['train', 'digits', ...tiny, '--steps', '500', '--dry-run', '--out', 'dry'], { cwd });
  expect(stdout).toMatch(/^missing kernels {3}none$/m);
  expect(stdout).toMatch(/^recommended {7}--network unet2d, /m);
  expect(stdout).toMatch(/^memory .*about \d+ MiB at most; a step has \d+ MiB of tensors, \d+ MiB of them weights/m);
  expect(stdout).toMatch(/^a step .* images\/s$/m);
  expect(stdout).toMatch(/^in all .* for 500 steps/m);
  expect(readdirSync(cwd).sort()).toEqual(before);
});

test("a zip file of another program is data; another run's weights are a beginning, classes included", async () => {
  const from = ['--conditional', '--from', 'first', '--prediction', 'v'];
  const stdout = await succeeds(['train', zip, ...tiny, ...rare, ...from, '--steps', '1', '--out', 'zipped'], { cwd });
  expect(stdout).toMatch(/^begins with +.*first, step 6, averaged weights$/m);
  expect(stdout).toContain('6 from ');
  expect(json('zipped/config.json')).toMatchObject({ data: zip, classNames: ['1', '7'], from: join(cwd, 'first') });
});

test('a run folder of the first format goes on', async () => {
  const { training, network, validation: _, flip: __, from: ___, ...rest } = json('by-hand/config.json');
  const old = {
    ...{ baseWidth: network.baseWidth, timeDim: network.timeDim },
    ...{ schedule: 'linear', noiseSteps: 20, betaStart: 1e-4, betaEnd: 0.02, batchSize: 3, lr: 1e-3, seed: 0 },
    ...{ weightDecay: 0.01, emaDecay: 0.995, emaStart: 2000, dropoutLabels: 0.1 },
  };
  mkdirSync(join(cwd, 'by-hand'), { recursive: true });
  writeFileSync(join(cwd, 'by-hand/config.json'), JSON.stringify({ ...rest, ...old, format: 1 }));
  await succeeds(['resume', 'by-hand', '--steps', '2'], { cwd });
  expect(json('by-hand/config.json')).toMatchObject({
    format: 5,
    steps: 2,
    network,
    training: { ...training, learningRate: 1e-3 },
  });
});
