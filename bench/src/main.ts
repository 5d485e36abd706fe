import { rmSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import { profile } from './profile';
import { type Row, table } from './report';
import { summarize } from './statistics';
import { type Answer, type Subject, type SubjectPlan, subjects } from './subjects';
import { writeWorkFiles } from './work-files';

/**
 * `npm run bench`: every case on every subject, interleaved: one run of each in turn, so that what else the machine does
 * falls on all alike. A subject's first run of a case is not counted. With --profile: where the time of a step goes,
 * with `--subjects denoiser-native` on the native machine.
 */
const { values: options } = parseArgs({
  options: {
    json: { type: 'string' },
    cases: { type: 'string', default: 'sample-step-b1,train-step-b4,conv3x3,gemm,fma-peak' },
    subjects: { type: 'string' },
    runs: { type: 'string', default: '7' },
    threads: { type: 'string', default: '2' },
    profile: { type: 'boolean', default: false },
  },
});
/** Two programs computed the same if they differ by float32 rounding through some hundred layers at most. */
const AGREEMENT = 2e-4;
const PAUSE_MS = 200;
const SHORT_MS = 2000;

const threads = Number(options.threads);
const wanted = options.subjects?.split(',');
const plans = subjects().filter(({ name }) => !wanted || wanted.includes(name));
const running = new Map<SubjectPlan, Subject>();

if (options.profile) process.stdout.write(await profile(threads, wanted?.includes('denoiser-native') ?? false));
else await compare(options.cases.split(','));
process.exit(0); // whatever a subject holds

async function compare(cases: readonly string[]): Promise<void> {
  await tf.setBackend('cpu');
  const files = await writeWorkFiles();
  try {
    for (const plan of plans) if (!plan.absent) running.set(plan, plan.start(files, threads));
    const notes = await compareOutputs([...running.values()]);
    const rows: Row[] = [];
    for (const name of cases) rows.push(...(await measure(name, notes)));
    process.stdout.write(`${cpus()[0].model}, Node ${process.version}, ${threads} threads\n\n${table(rows)}\n`);
    if (options.json) writeFileSync(options.json, `${JSON.stringify(rows, null, 2)}\n`);
  } finally {
    for (const subject of running.values()) subject.stop();
    rmSync(files.folder, { recursive: true, force: true });
  }
}

/** The sampling step of each subject against the first one's; the note says how far it is off. */
async function compareOutputs(all: readonly Subject[]): Promise<Map<string, string>> {
  const [reference, ...others] = all;
  const expected = await reference.output();
  const notes = new Map<string, string>();
  for (const subject of others) {
    const found = await subject.output();
    const difference = found.reduce((worst, value, i) => Math.max(worst, Math.abs(value - expected[i])), 0);
    if (!(difference <= AGREEMENT)) throw new Error(`${subject.name} and ${reference.name} disagree by ${difference}`);
    notes.set(subject.name, `output within ${difference.toExponential(1)} of ${reference.name}`);
  }
  return notes;
}

/**
 * A run as it is among others of its kind: after the threads of the subject before have stopped spinning, and, where it is
 * short, after a run that warms caches and wakes threads.
 */
async function inItsStride(subject: Subject | undefined, benchCase: string): Promise<Answer | undefined> {
  await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  const first = await subject?.run(benchCase);
  return first && first.ms < SHORT_MS ? subject?.run(benchCase) : first;
}

async function measure(benchCase: string, notes: ReadonlyMap<string, string>): Promise<Row[]> {
  const able = plans.filter(({ cases }) => cases.includes(benchCase));
  const answers = new Map<SubjectPlan, Answer[]>(able.map((plan) => [plan, []]));
  for (let round = 0; round <= Number(options.runs); round++) {
    for (const plan of able) {
      const answer = await inItsStride(running.get(plan), benchCase);
      if (answer && round > 0) answers.get(plan)?.push(answer);
      process.stderr.write('.');
    }
  }
  process.stderr.write('\n');
  return able.map((plan): Row => {
    const measured = answers.get(plan) ?? [];
    const base = { case: benchCase, subject: plan.name, threads: plan.name === 'tfjs-wasm' ? 1 : threads };
    if (measured.length === 0) return { ...base, note: plan.absent ?? 'not measured' };
    const { median, p10, p90 } = summarize(measured.map(({ ms }) => ms));
    return {
      ...base,
      median_ms: median,
      p10_ms: p10,
      p90_ms: p90,
      runs: measured.length,
      peak_rss_mb: Math.max(...measured.map(({ rss_mb }) => rss_mb)),
      note: notes.get(plan.name) ?? '',
    };
  });
}
