import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { selectDevice, writePngGrid } from '@denoiser/backend-node';
import { readSafetensors, toFloat32Array, writeSafetensors } from '@denoiser/safetensors';
import { table } from '../models/tables';
import { BATCH, CASES, DRAW_STEPS, SIZE, schedulerOf, type TrainingCase } from './cases';
import { compareCurves, distance, firstApart } from './compare';
import { digits } from './digits';
import { noiseOf, type OurTraining, type TrainingCurve, trainOurs } from './ours';

/**
 * `npm run bench:training`: the same training here and in PyTorch, from the same weights, on the same images with the same
 * noise at the same times: the curves, how far they are apart, and what both draw from one noise, above each other. With
 * --double PyTorch trains in float64, too, which tells how far rounding alone leads.
 */
const { values: options } = parseArgs({
  options: {
    out: { type: 'string', default: 'training-beside-pytorch' },
    steps: { type: 'string', default: '500' },
    networks: { type: 'string', default: CASES.map(({ network }) => network).join() },
    threads: { type: 'string', default: '1' },
    double: { type: 'boolean', default: false },
  },
});
const steps = Number(options.steps);
/** Steps whose losses are averaged for a point of the curve. */
const WINDOW = 25;
const AGREEMENT = 1e-3;
const PER_DIGIT = 200;
const PICTURES = 16;

/** One side: its curve, and its pictures. */
interface Side {
  readonly name: string;
  readonly curve: TrainingCurve;
  readonly samples: Float32Array;
}

await selectDevice();
const dataset = digits(PER_DIGIT);
const noise = noiseOf(PICTURES);
for (const training of CASES.filter(({ network }) => options.networks.split(',').includes(network))) {
  const folder = join(options.out, training.network);
  mkdirSync(folder, { recursive: true });
  const ours = await writeOurs(training, folder);
  const sides = [
    { name: 'denoiser', ...ours },
    { name: 'PyTorch', ...theirs(folder, 'float32') },
    ...(options.double ? [{ name: 'PyTorch in float64', ...theirs(folder, 'float64') }] : []),
  ];
  await report(training, folder, sides);
}
process.exit(0); // whatever the device holds

async function writeOurs(training: TrainingCase, folder: string): Promise<OurTraining> {
  const unet = training.create();
  const write = (name: string, file: Parameters<typeof writeSafetensors>[0]) =>
    writeFileSync(join(folder, `${name}.safetensors`), writeSafetensors(file));
  write('weights', await unet.exportParameters(unet.parameters));
  const { network, prediction, learningRate, maxGradientNorm, emaDecay } = training;
  const told = { network, prediction, learningRate, maxGradientNorm, emaDecay, drawSteps: DRAW_STEPS };
  const description = { ...told, config: unet.architecture.config, scheduler: schedulerOf(training) };
  writeFileSync(join(folder, 'case.json'), JSON.stringify(description, null, 2));
  const onStep = (step: number) => process.stderr.write(step % WINDOW === 0 ? '.' : '');
  const ours = await trainOurs(training, unet, { dataset, steps, noise, onStep });
  process.stderr.write('\n');
  unet.dispose();
  write('batches', ours.batches);
  const start = { dtype: 'F32' as const, shape: [PICTURES, 1, SIZE, SIZE], data: noise };
  write('noise', { metadata: {}, tensors: new Map([['noise', start]]) });
  writeFileSync(join(folder, 'ours.json'), JSON.stringify(ours.curve));
  return ours;
}

function theirs(folder: string, dtype: 'float32' | 'float64'): Omit<Side, 'name'> {
  const python = process.env.BENCH_PYTHON ?? 'python3';
  const program = fileURLToPath(new URL('../../peers/pytorch_training.py', import.meta.url));
  const { status } = spawnSync(python, [program, folder, dtype, options.threads], { stdio: 'inherit' });
  if (status !== 0) throw new Error(`${python} did not train; BENCH_PYTHON names one that has torch and diffusers.`);
  const { tensors } = readSafetensors(readFileSync(join(folder, `${dtype}.safetensors`)));
  const samples = tensors.get('samples');
  if (!samples) throw new Error('PyTorch wrote no samples.');
  return { curve: JSON.parse(readFileSync(join(folder, `${dtype}.json`), 'utf8')), samples: toFloat32Array(samples) };
}

async function report({ network }: TrainingCase, folder: string, sides: readonly Side[]): Promise<void> {
  const ends = Array.from({ length: Math.ceil(steps / 100) }, (_, i) => Math.min(steps, 100 * (i + 1)));
  const points = ends.map((end) => [`${end}`, ...sides.map(({ curve }) => meanBefore(curve.losses, end).toFixed(5))]);
  const pairs = sides.flatMap((a, i) => sides.slice(i + 1).map((b) => [a, b] as const));
  const apart = pairs.map(([a, b]) => {
    const { step, mean } = compareCurves(a.curve.losses, b.curve.losses, WINDOW);
    const first = firstApart(a.curve, b.curve, AGREEMENT) ?? 'never';
    const figures = [step, mean, distance(a.samples, b.samples)].map((value) => value.toExponential(1));
    return [`${a.name} and ${b.name}`, ...figures, `${first}`];
  });
  const text = [
    `## ${network}: ${steps} steps of batch ${BATCH} at ${SIZE}×${SIZE}`,
    `Mean loss of the ${WINDOW} steps before:`,
    table(['step', ...sides.map(({ name }) => name)], points),
    'Largest relative difference of the curves, and the root mean square between the pictures:',
    table(['', 'a step', `mean of ${WINDOW}`, 'pictures', `first step above ${AGREEMENT}`], apart),
  ].join('\n\n');
  process.stdout.write(`${text}\n\n`);
  writeFileSync(join(folder, 'report.md'), `${text}\n`);
  const data = Float32Array.from(sides.slice(0, 2).flatMap(({ samples }) => Array.from(samples)));
  await writePngGrid(join(folder, 'samples.png'), { data, imageShape: [SIZE, SIZE, 1], columns: PICTURES });
}

function meanBefore(losses: readonly number[], end: number): number {
  const part = losses.slice(Math.max(0, end - WINDOW), end);
  return part.reduce((sum, loss) => sum + loss, 0) / part.length;
}
