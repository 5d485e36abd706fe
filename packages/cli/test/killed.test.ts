import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { uniforms } from '@denoiser/ops/philox';
import { expect, test } from 'vitest';
import { start, succeeds, temporaryFolder } from './command';
import { writeDigits } from './pictures';

/** How often the process is killed; the long form, DENOISER_KILLS=50, takes some minutes. */
const KILLS = Number(process.env.DENOISER_KILLS ?? 5);
const STEPS = 12 * KILLS;
/** When: two shares for each. */
const moments = uniforms({ seed: 1, step: 0, index: 0, count: 2 * KILLS });

const cwd = temporaryFolder();
const tiny = ['--size', '8', '--base-width', '8', '--time-dim', '32', '--samples', '1', '--preview-steps', '2'];
const learning = ['--timesteps', 'loss-second-moment', '--lr-schedule', 'cosine', '--flip', '--batch-size', '3'];
const often = ['--sample-every', 'never', '--checkpoint-every', '2steps', '--keep', '2'];
const train = ['train', 'digits', ...tiny, ...learning, ...often, '--steps', String(STEPS)];

const logOf = (run: string): string[] =>
  existsSync(join(cwd, run, 'log.jsonl'))
    ? readFileSync(join(cwd, run, 'log.jsonl'), 'utf8')
        .trim()
        .split('\n')
    : [];
const lossesOf = (run: string) => logOf(run).map((line) => [JSON.parse(line).step, JSON.parse(line).loss]);
const checkpointsOf = (run: string): string[] =>
  existsSync(join(cwd, run, 'checkpoints'))
    ? readdirSync(join(cwd, run, 'checkpoints')).filter((name) => name.startsWith('step-'))
    : [];

test(`a run that is killed ${KILLS} times, at any moment, ends bit for bit like one that is not`, async () => {
  await writeDigits(join(cwd, 'digits'), [0, 1], 4);
  await succeeds([...train, '--out', 'whole'], { cwd });

  let killed = 0;
  while (killed < KILLS) {
    const begun = checkpointsOf('killed').length > 0;
    const running = start(begun ? ['resume', 'killed'] : [...train, '--out', 'killed', '--overwrite'], { cwd });
    const { process: child, done } = running;
    // Six steps further, or in the midst of what comes before or after: resuming, writing, removing.
    const before = begun ? logOf('killed').length : 0;
    await running.until(/run folder/);
    const until = Math.min(before + Math.floor(7 * (moments[2 * killed] as number)), STEPS - 1);
    while (child.exitCode === null && logOf('killed').length < until) await wait(1);
    await wait(60 * (moments[2 * killed + 1] as number));
    child.kill('SIGKILL');
    const { code, stderr } = await done;
    expect(stderr).toBe('');
    expect(code, 'killed before its end').toBeNull();
    killed += 1;
  }
  await succeeds(['resume', 'killed'], { cwd });

  expect(lossesOf('killed')).toEqual(lossesOf('whole'));
  expect(checkpointsOf('killed')).toEqual(checkpointsOf('whole'));
  const last = `step-${String(STEPS).padStart(8, '0')}`;
  for (const file of readdirSync(join(cwd, 'whole/checkpoints', last))) {
    const bytes = (run: string) => readFileSync(join(cwd, run, 'checkpoints', last, file)).toString('base64');
    expect(bytes('killed') === bytes('whole'), file).toBe(true);
  }
});
