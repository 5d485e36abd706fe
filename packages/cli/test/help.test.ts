import { expect, test } from 'vitest';
import { denoiser, succeeds, temporaryFolder } from './command';
import { succeeds as succeedsHere } from './in-process';

const cwd = temporaryFolder();

test.each(['train', 'resume', 'sample', 'eval', 'runs', 'completion'])('%s has help with examples', async (command) => {
  const help = await succeeds([command, '--help'], { cwd });
  expect(help).toContain(`Usage: denoiser ${command}`);
  expect(help).toMatch(/Examples:\n {2}\$ denoiser /);
  expect(await succeedsHere(['help', command], { cwd })).toBe(help);
});

test('the defaults of the original programs are told', async () => {
  const help = (await succeeds(['train', '--help'], { cwd })).replace(/\s+/g, ' ');
  for (const told of [
    'default: 500, with --conditional 300',
    'default: 12, with --conditional 14',
    '(default: 64)',
    '(default: 0.0003)',
    '(default: 1000)',
    '(default: 0.0001)',
    '(default: 0.02)',
    '(default: 0.995)',
    'default: 2000',
    '(default: 0.1)',
    '(default: 3)',
  ]) {
    expect(help).toContain(told);
  }
});

test('the version is that of the package; without a command the help comes, as an error', async () => {
  expect(await succeeds(['--version'], { cwd })).toMatch(/^\d+\.\d+\.\d+\n$/);
  const { code, stderr } = await denoiser([], { cwd });
  expect(code).toBe(1);
  expect(stderr).toContain('Usage: denoiser');
});

test('doctor names device, versions and kernels, and trains a small network', async () => {
  const report = await succeeds(['doctor'], { cwd });
  for (const heading of ['Device', 'Versions', 'Kernels', 'Check'])
    expect(report).toMatch(new RegExp(`^${heading}$`, 'm'));
  expect(report).toMatch(/@tensorflow\/tfjs-core +4\.22\.0/);
  expect(report).toMatch(/loss \d\.\d+/);
});
