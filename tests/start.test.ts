import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';

const setup = new URL('../scripts/setup.mjs', import.meta.url).href;

/** What somebody sees who starts a program of this repository that builds tasks first. */
function build(task: string) {
  const program = `(await import(${JSON.stringify(setup)})).build([${JSON.stringify(task)}])`;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    encoding: 'utf8',
  });
  return { status, stdout: stdout.replace(/^Building what has changed.*\n/, ''), stderr };
}

test('where everything is built already, nothing is said of it; what cannot be built is shown as the tool says it', () => {
  expect(build('generate')).toEqual({ status: 0, stdout: '', stderr: '' });
  const { status, stderr } = build('no-such-task');
  expect(status).not.toBe(0);
  expect(stderr).toContain('no-such-task');
});
