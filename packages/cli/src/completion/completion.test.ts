import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createProgram } from '../program';
import { completion, SHELLS } from './index';
import { vocabularyOf } from './vocabulary';

const has = (shell: string) => spawnSync(shell, ['-c', 'true']).status === 0;

test('every command and flag of the help is known, with the words that its value may be', () => {
  const { commands } = vocabularyOf(createProgram());
  expect(commands.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['train', 'sample', 'eval', 'runs', 'doctor']),
  );
  const flag = (command: string, long: string) =>
    commands.find(({ name }) => name === command)?.flags.find((one) => one.long === long);
  expect(flag('sample', '--sampler')?.values).toEqual(expect.arrayContaining(['ddpm', 'dpmpp-2m', 'unipc']));
  expect(flag('train', '--prediction')?.values).toEqual(['epsilon', 'x0', 'v']);
  expect(flag('train', '--weighting')?.values).toEqual(['uniform', 'min-snr', 'p2']);
  expect(flag('train', '--device')?.values).toContain('webgpu');
  expect(flag('train', '--flip')).toMatchObject({ takesValue: false, values: [] });
  for (const { flags } of commands) for (const { long } of flags) expect(long).toMatch(/^--[a-z]/);
});

test.each(SHELLS)('the script of %s names every command and flag', (shell) => {
  const script = completion(shell, createProgram());
  for (const { name, flags } of vocabularyOf(createProgram()).commands) {
    expect(script).toContain(name);
    for (const { long } of flags) expect(script).toContain(long.slice(2));
  }
});

test.skipIf(!has('bash')).each<[words: string[], found: string[]]>([
  [['sam'], ['sample']],
  [['sample', '--inp'], ['--inpaint']],
  [['sample', '--sampler', 'dpmpp-2m-'], ['dpmpp-2m-sde']],
  [
    ['train', '--prediction', ''],
    ['epsilon', 'x0', 'v'],
  ],
  [['train', 'pict'], ['pictures']],
  [['sample', '--from', 'pict'], ['pictures']],
])('bash completes %j', (words, found) => {
  const folder = mkdtempSync(join(tmpdir(), 'denoiser-'));
  writeFileSync(join(folder, 'completion.sh'), completion('bash', createProgram()));
  writeFileSync(join(folder, 'pictures'), '');
  const asked = ['denoiser', ...words].map((word) => `'${word}'`).join(' ');
  const script = `. ./completion.sh; COMP_WORDS=(${asked}); COMP_CWORD=${words.length}; _denoiser; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = spawnSync('bash', ['--norc', '-c', script], { cwd: folder, encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(stdout.trim().split('\n')).toEqual(found);
});

/** A script of a shell in a file of its own. */
function scriptOf(shell: (typeof SHELLS)[number]): string {
  const path = join(mkdtempSync(join(tmpdir(), 'denoiser-')), `completion.${shell}`);
  writeFileSync(path, completion(shell, createProgram()));
  return path;
}

test.skipIf(!has('zsh'))('zsh reads its script', () => {
  const { status, stderr } = spawnSync('zsh', ['-f', '-n', scriptOf('zsh')], { encoding: 'utf8' });
  expect([status, stderr]).toEqual([0, '']);
});

test.skipIf(!has('fish'))('fish completes', () => {
  const asked = `source ${scriptOf('fish')}; complete -C 'denoiser sample --inp'; complete -C 'denoiser train --prediction x'`;
  const { stdout, stderr } = spawnSync('fish', ['--no-config', '-c', asked], { encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(
    stdout
      .trim()
      .split('\n')
      .map((line) => line.split('\t')[0]),
  ).toEqual(['--inpaint', 'x0']);
});
