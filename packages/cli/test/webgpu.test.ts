import { join } from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { noAdapter } from '../../backend-node/test/adapter';
import { denoiser, succeeds, temporaryFolder } from './command';
import { succeeds as succeedsHere } from './in-process';
import { writeDigits } from './pictures';

const cwd = temporaryFolder();

test.skipIf(noAdapter)('doctor names the graphics adapter and which kernels are its own', async () => {
  const doctor = await denoiser(['doctor', '--device', 'webgpu'], { cwd });
  expect(doctor.code, doctor.stderr).toBe(0);
  expect(doctor.stdout).toMatch(/chosen +webgpu, .+: it was asked for/);
  expect(doctor.stdout).toMatch(/webgpu:0 +.+, up to [\d.]+ [MG]iB in a tensor/);
  expect(doctor.stdout).toMatch(/native +.*Gelu/);
  expect(doctor.stdout).toMatch(/missing +none/);
  expect(doctor.stdout).toMatch(/loss \d\.\d+/);
});

test.skipIf(noAdapter)('WebGPU draws what the CPU engine draws, and the command ends', async () => {
  await writeDigits(join(cwd, 'digits'), [3, 5], 2);
  const tiny = ['--size', '8', '--base-width', '4', '--time-dim', '16', '--noise-steps', '20', '--preview-steps', '2'];
  const steps = ['--steps', '2', '--batch-size', '2', '--sample-every', 'never'];
  await succeedsHere(['train', 'digits', ...tiny, ...steps, '--out', 'run'], { cwd });
  const draw = (device: string) =>
    ['sample', 'run', '--count', '2', '--steps', '2', '--device', device, '--out', `${device}.png`] as const;
  expect(await succeeds(draw('webgpu'), { cwd })).toMatch(/device +webgpu, /);
  await succeedsHere(draw('engine'), { cwd });
  const [there, here] = await Promise.all(
    ['webgpu', 'engine'].map((device) =>
      sharp(join(cwd, `${device}.png`))
        .raw()
        .toBuffer(),
    ),
  );
  expect(there).toHaveLength(here.length);
  for (const [i, byte] of here.entries()) expect(Math.abs(there[i] - byte)).toBeLessThanOrEqual(1);
});
