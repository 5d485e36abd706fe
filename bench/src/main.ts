import { rmSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import { STEPS } from './cases';
import { profile } from './profile';
import { type Row, table } from './report';
import { summarize } from './statistics';
import { type Answer, type Subject, type SubjectPlan, subjects } from './subjects';
import { type WorkFiles, writeWorkFiles } from './work-files';

/**
 * `npm run bench`: every case on every subject, interleaved: one run of each in turn, so that what else the machine does
 * falls on all alike. A subject's first run of a case is not counted. The memory of a step is that of a process of its own. With
 * --profile: where the time of a step goes, with `--subjects denoiser-native` on the native machine.
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
    const rows: Row[] = [];
    // A training step changes the weights, by which the subjects' outputs are compared: such cases come last.
    const trains = (name: string) => Number(STEPS[name]?.isTraining ?? false);
    const ordered = [...cases].sort((a, b) => trains(a) - trains(b));
    for (const name of ordered) rows.push(...(await measure(name, files)));
    process.stdout.write(`${cpus()[0].model}, Node ${process.version}, ${threads} threads\n\n${table(rows)}\n`);
    if (options.json) writeFileSync(options.json, `${JSON.stringify(rows, null, 2)}\n`);
  } finally {
    for (const subject of running.values()) subject.stop();
    rmSync(files.folder, { recursive: true, force: true });
  }
}

/** The output of a step of each subject, without training, against the first one's; the note says how far it is off. */
async function compareOutputs(benchCase: string, all: readonly SubjectPlan[]): Promise<Map<SubjectPlan, string>> {
  const notes = new Map<SubjectPlan, string>();
  if (!STEPS[benchCase]) return notes;
  const step = { ...STEPS[benchCase], isTraining: false };
  const [reference, ...others] = all.filter((plan) => running.has(plan));
  const expected = (await running.get(reference)?.output(step)) ?? [];
  for (const plan of others) {
    const found = (await running.get(plan)?.output(step)) ?? [];
    const difference = found.reduce(
      (worst, value, i) => Math.max(worst, Math.abs(value - (expected[i] ?? Number.NaN))),
      0,
    );
    if (!(difference <= AGREEMENT)) throw new Error(`${plan.name} and ${reference.name} disagree by ${difference}`);
    notes.set(plan, `output within ${difference.toExponential(1)} of ${reference.name}`);
  }
  return notes;
}

/** The most memory of a process that loads the network and does the step twice: the second meets what the first has left. */
async function peakOf(plan: SubjectPlan, benchCase: string, files: WorkFiles): Promise<number | undefined> {
  if (!STEPS[benchCase] || !running.has(plan)) return undefined;
  const alone = plan.start(files, threads);
  try {
    await alone.run(benchCase);
    return (await alone.run(benchCase)).rss_mb;
  } finally {
    alone.stop();
  }
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

async function measure(benchCase: string, files: WorkFiles): Promise<Row[]> {
  const able = plans.filter(({ cases }) => cases.includes(benchCase));
  const peaks = new Map<SubjectPlan, number | undefined>();
  for (const plan of able) peaks.set(plan, await peakOf(plan, benchCase, files));
  // Before the weights are trained, each in its own way.
  const notes = await compareOutputs(benchCase, able);
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
      peak_rss_mb: peaks.get(plan),
      note: notes.get(plan) ?? '',
    };
  });
}
