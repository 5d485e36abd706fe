import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { browserRunner } from './browser';
import { NETWORKS, type NetworkName } from './networks';
import { nodeRunner } from './node';
import { countTable, profileTable, type Result, timeTable } from './report';
import { STEPS, SUBJECTS, type Task } from './task';

/**
 * `npm run bench:web`: what a step of a network, by default the original U-Net, asks of the GPU, with our kernels and with tfjs's
 * own: counted at full size without computing, then timed at a size that a software GPU can bear.
 */
const { values: options } = parseArgs({
  options: {
    json: { type: 'string' },
    /** In Node on Dawn instead of headless Chromium. */
    dawn: { type: 'boolean', default: false },
    /** On the machine's graphics card instead of SwiftShader. */
    gpu: { type: 'boolean', default: false },
    profile: { type: 'boolean', default: false },
    /** 'original' or 'unet2d'. */
    network: { type: 'string', default: 'original' },
    /** With commas: our sampling is counted with each, as 'f32,f16,f16-all'. */
    precision: { type: 'string', default: 'f32' },
    steps: { type: 'string', default: STEPS.join() },
    subjects: { type: 'string', default: SUBJECTS.join() },
    size: { type: 'string', default: '64' },
    'base-width': { type: 'string', default: '64' },
    batch: { type: 'string', default: '1' },
    /** Image size of the timed steps; 0 leaves them out. */
    'time-size': { type: 'string', default: '16' },
  },
});
const [size, baseWidth, batch, timeSize] = [
  options.size,
  options['base-width'],
  options.batch,
  options['time-size'],
].map(Number) as [number, number, number, number];
const network = NETWORKS.find((name) => name === options.network);
if (!network) throw new Error(`--network must be one of ${NETWORKS.join(', ')}, not ${options.network}.`);
const onGpu = options.gpu;
const runner = options.dawn ? nodeRunner({ onGpu }) : await browserRunner({ onGpu });
const print = (text: string) => process.stdout.write(`${text}\n\n`);

/** Whose steps are counted: our sampling with every precision that was asked for. */
function subjectsOf(step: Task['step']): Pick<Task, 'subject' | 'precision'>[] {
  const precisions = options.precision.split(',') as NonNullable<Task['precision']>[];
  return SUBJECTS.filter((one) => options.subjects.split(',').includes(one)).flatMap((subject) =>
    subject === 'denoiser' && step === 'sampling'
      ? precisions.map((precision) => ({ subject, precision }))
      : [{ subject }],
  );
}

async function runAll(task: Pick<Task, 'size' | 'warmUp' | 'measured' | 'execute'>): Promise<Result[]> {
  const results: Result[] = [];
  for (const step of STEPS.filter((one) => options.steps.split(',').includes(one))) {
    for (const { subject, precision } of subjectsOf(step)) {
      const whole: Task = { ...task, network: network as NetworkName, baseWidth, batch, subject, step, precision };
      const measurement = await runner.run('measure', whole);
      results.push({ task: whole, measurement });
      if (measurement.problem) process.stderr.write(`${step}, ${subject}: ${measurement.problem}\n`);
      process.stderr.write('.');
    }
  }
  process.stderr.write('\n');
  return results;
}

try {
  const counted = await runAll({ size, warmUp: 3, measured: 2, execute: false });
  print(`Per step of ${network}, ${size}×${size}, batch ${batch}, base width ${baseWidth}; counted, not computed:`);
  print(countTable(counted));
  if (options.profile) for (const result of counted) print(profileTable(result));
  const timed = timeSize > 0 ? await runAll({ size: timeSize, warmUp: 1, measured: 3, execute: true }) : [];
  if (timed.length > 0) {
    print(
      `Time of a step at ${timeSize}×${timeSize}, batch ${batch}, on ${onGpu ? 'the graphics card' : 'SwiftShader'}:`,
    );
    print(timeTable(timed));
  }
  if (options.json) writeFileSync(options.json, `${JSON.stringify({ counted, timed }, null, 2)}\n`);
} finally {
  await runner.close();
}
