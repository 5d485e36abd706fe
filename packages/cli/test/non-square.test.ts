import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSafetensors, writeSafetensors } from '@denoiser/safetensors';
import sharp from 'sharp';
import { beforeAll, expect, test } from 'vitest';
import { temporaryFolder } from './command';
import { fails, succeeds } from './in-process';

const cwd = temporaryFolder();
const run = (...args: string[]) => succeeds(args, { cwd });
const sizeOf = async (file: string) => {
  const { width, height } = await sharp(join(cwd, file)).metadata();
  return { width, height };
};

/** Pictures that are dark to the left and light to the right: turned by a quarter they would be others. */
beforeAll(async () => {
  mkdirSync(join(cwd, 'slopes'));
  for (let i = 0; i < 8; i++) {
    const bytes = Uint8Array.from({ length: 40 * 60 }, (_, at) => 4 * (at % 60) + i);
    await sharp(bytes, { raw: { width: 60, height: 40, channels: 1 } })
      .png()
      .toFile(join(cwd, `slopes/${i}.png`));
  }
});

test('pictures of height x width go all the way: train, resume, sample, eval with features, a bare file', async () => {
  const tiny = ['--base-width', '4', '--time-dim', '8', '--preview-steps', '2', '--noise-steps', '20', '--grey'];
  const length = ['--batch-size', '4', '--validation', '0.4', '--no-augment', '--samples', '2'];
  const printed = await run('train', 'slopes', '--size', '16x24', ...tiny, ...length, '--steps', '2', '--out', 'run');
  expect(printed).toContain('at 16×24 (height × width)');
  expect(JSON.parse(readFileSync(join(cwd, 'run/config.json'), 'utf8')).size).toEqual([16, 24]);
  await run('resume', 'run', '--steps', '3');
  // Two pictures in a row, each enlarged three times, with 2 around: 64 pixels across are what can be seen.
  const [grid] = readdirSync(join(cwd, 'run/samples')).slice(-1);
  expect(await sizeOf(`run/samples/${grid}`)).toEqual({ width: 2 * 74 + 2, height: 52 });
  expect(readFileSync(join(cwd, 'run/report.html'), 'utf8')).toContain('16×24 (height × width)');

  await run('sample', 'run', '--count', '2', '--steps', '3', '--out', 'pictures/');
  expect(await sizeOf('pictures/seed-0-0001.png')).toEqual({ width: 24, height: 16 });
  const near = ['--from', 'slopes/0.png', '--strength', '0.05', '--steps', '20', '--count', '1', '--sampler', 'ddim'];
  await run('sample', 'run', ...near, '--out', 'near/');
  const pixels = await sharp(join(cwd, 'near/seed-0-0000.png')).extractChannel(0).raw().toBuffer();
  const column = (x: number) => Array.from({ length: 16 }, (_, y) => pixels[y * 24 + x] as number);
  const mean = (values: number[]) => values.reduce((a, b) => a + b) / values.length;
  expect(mean(column(21)) - mean(column(2)), 'light to the right').toBeGreaterThan(100);

  const features = { format: 1, input: { channels: 1 }, layers: [{ type: 'conv', weight: 'w' }] };
  const weight = {
    dtype: 'F32' as const,
    shape: [2, 1, 3, 3],
    data: Float32Array.from({ length: 18 }, (_, i) => (i % 5) - 2),
  };
  writeFileSync(
    join(cwd, 'net.safetensors'),
    writeSafetensors({
      metadata: { 'denoiser.features': JSON.stringify(features) },
      tensors: new Map([['w', weight]]),
    }),
  );
  const measure = ['--data', 'slopes', '--features', 'net.safetensors', '--steps', '2', '--count', '6'];
  await run('eval', 'run', ...measure, '--json', 'eval.json');
  const found = JSON.parse(readFileSync(join(cwd, 'eval.json'), 'utf8'));
  expect(found.features.fid).toBeGreaterThan(0);
  expect(found.pixels.patches[0]).toMatchObject({ height: 16, width: 24 });
  expect(await run('eval', 'run', '--steps', '2', '--count', '2')).toContain('pictures of 16×24');

  const { tensors } = readSafetensors(readFileSync(join(cwd, 'run/checkpoints/step-00000003/model.safetensors')));
  writeFileSync(join(cwd, 'bare.safetensors'), writeSafetensors({ metadata: {}, tensors }));
  await run('sample', 'bare.safetensors', '--size', '8x16', '--count', '1', '--steps', '2', '--out', 'bare/');
  expect(await sizeOf('bare/seed-0-0000.png')).toEqual({ width: 16, height: 8 });
  await run('sample', '--like', 'bare/seed-0-0000.png', '--out', 'again/');
  expect(await sizeOf('again/seed-0-0000.png')).toEqual({ width: 16, height: 8 });
});

test('sides that three halvings do not leave whole are refused, each by itself', async () => {
  expect(await fails(['train', 'slopes', '--size', '16x30'], { cwd })).toMatch(
    /--size must be divisible by 8, got 30 in 16x30; try 24 or 32/,
  );
  expect(await fails(['train', 'slopes', '--size', '8x16x24'], { cwd })).toMatch(
    /--size must be a side, like 64, or height x width/,
  );
  writeFileSync(join(cwd, 'odd.json'), JSON.stringify({ data: 'slopes', size: [16, 20] }));
  expect(await fails(['train', '--config', 'odd.json'], { cwd })).toMatch(/odd\.json: size\.1 is 20 \(.*multiple of 8/);
});
