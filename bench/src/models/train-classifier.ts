import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { openImageFolder, selectDevice } from '@denoiser/backend-node';
import { STREAMS, uniforms } from '@denoiser/ops';
import type { ImageDataset } from '@denoiser/trainer';
import { createAdamW, LEARNING_RATE_SCHEDULES, lossAndGradients, planBatches } from '@denoiser/trainer/parts';
import * as tf from '@tensorflow/tfjs-core';
import { type Classifier, classify, createClassifier, isRight, loadClassifier, writeClassifier } from './classifier';
import { turned } from './turned';

/**
 * Trains the classifier that models are measured with, on real images in one subfolder a class, and says how many images it
 * tells right that it was not trained on: those of --held-out, or a tenth of the images.
 *
 *   npm run bench:classifier -- digits --out bench/classifiers/digits.safetensors [--held-out others] [--alike "Oo0 Il1"]
 */
const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    out: { type: 'string', default: 'classifier.safetensors' },
    'held-out': { type: 'string' },
    alike: { type: 'string', default: '' },
    size: { type: 'string', default: '32' },
    channels: { type: 'string', default: '1' },
    width: { type: 'string', default: '16' },
    steps: { type: 'string', default: '1500' },
    seed: { type: 'string', default: '1' },
    test: { type: 'boolean', default: false },
  },
});
const BATCH = 64;
const LEARNING_RATE = 2e-3;
const WEIGHT_DECAY = 0.05;
const WARMUP = 100;
/** Share of the images that is held out where no others are given. */
const HELD_OUT = 0.1;
const REPORT = 100;

const [folder] = positionals;
if (!folder) throw new Error('Name the folder or the zip file of the images, one subfolder a class.');
const seed = Number(options.seed);
const { dataset, validation, classNames } = await open(folder, options['held-out'] ? 0 : HELD_OUT);
const other = options['held-out'];
const heldOut = other ? relabelled(await open(other, 0), classNames) : (validation as ImageDataset);

mkdirSync(dirname(resolve(options.out)), { recursive: true }); // before the work, not after it
await selectDevice();
if (!options.test) await train();
const classifier = loadClassifier(readFileSync(options.out));
process.stdout.write(`${await tested(classifier)}\n`);
process.exit(0); // whatever the device holds

function open(path: string, share: number) {
  return openImageFolder(path, {
    ...{ size: Number(options.size), channels: Number(options.channels) as 1 | 3 },
    ...{ conditional: true, augment: false, validation: share },
  });
}

/** Held-out images may be of fewer classes. */
function relabelled({ dataset: images, classNames: names }: Awaited<ReturnType<typeof open>>, all: readonly string[]) {
  return {
    ...images,
    async read(index: number, epochsDone: number) {
      const { pixels, label } = await images.read(index, epochsDone);
      return { pixels, label: all.indexOf(names[label] as string) };
    },
  };
}

async function train(): Promise<void> {
  const steps = Number(options.steps);
  const alike = options.alike.split(' ').map((group) => [...group]);
  const network = createClassifier(
    { classNames, channels: dataset.imageShape[2], width: Number(options.width), alike },
    seed,
  );
  const optimizer = createAdamW(network.parameters, { learningRate: LEARNING_RATE, weightDecay: WEIGHT_DECAY });
  const rateFactor = LEARNING_RATE_SCHEDULES.cosine.make({ type: 'cosine', warmup: WARMUP, steps, final: 0 });
  const order = planBatches({ seed, length: dataset.length, batchSize: BATCH, batches: steps });
  let sum = 0;
  for (const { indices, epochsDone } of order) {
    const { images, labels } = await batchOf(indices, epochsDone, optimizer.step);
    const loss = tf.tidy(() => {
      const wanted = tf.oneHot(tf.tensor1d(labels, 'int32'), classNames.length);
      const { value, gradients } = lossAndGradients(network.parameters, () => {
        const logits = network.logits(network.features(images)); // [B, classes]
        return tf.losses.softmaxCrossEntropy(wanted, logits) as tf.Scalar;
      });
      optimizer.update(gradients, { rateFactor: rateFactor(optimizer.step, steps) });
      return value;
    });
    sum += (await loss.data())[0] as number;
    tf.dispose([loss, images]);
    if (optimizer.step % REPORT !== 0) continue;
    process.stderr.write(`step ${optimizer.step}: loss ${(sum / REPORT).toFixed(4)}\n`);
    sum = 0;
  }
  writeFileSync(options.out, await writeClassifier(network));
}

/** Images, each moved, turned and scaled a little: a pure function of seed, step and place. */
async function batchOf(indices: Uint32Array, epochsDone: number, step: number) {
  const [height, width, channels] = dataset.imageShape;
  const size = height * width * channels;
  const data = new Float32Array(indices.length * size);
  const labels: number[] = [];
  for (const [place, index] of indices.entries()) {
    const { pixels, label } = await dataset.read(index, epochsDone);
    const u = uniforms({ seed, stream: STREAMS.augmentation, step, index: place, count: 4 });
    data.set(turned(pixels, dataset.imageShape, u), place * size);
    labels.push(label);
  }
  return { images: tf.tensor4d(data, [indices.length, height, width, channels]), labels };
}

/** How many held-out images are told right, in words; and which classes are taken for which. */
async function tested(network: Classifier): Promise<string> {
  const size = heldOut.imageShape.reduce((a, b) => a * b);
  const data = new Float32Array(heldOut.length * size);
  const labels: number[] = [];
  for (let i = 0; i < heldOut.length; i++) {
    const { pixels, label } = await heldOut.read(i, 0);
    data.set(pixels, i * size);
    labels.push(label);
  }
  const { labels: guesses } = await classify(network, { data, shape: heldOut.imageShape });
  const percent = (right: number) => `${((100 * right) / heldOut.length).toFixed(2)} %`;
  const exact = labels.filter((label, i) => guesses[i] === label).length;
  const alike = labels.filter((label, i) => isRight(network, guesses[i] as number, label)).length;
  const confusions = new Map<string, number>();
  labels.forEach((label, i) => {
    const guess = guesses[i] as number;
    if (isRight(network, guess, label)) return;
    const pair = `${classNames[label]}→${classNames[guess]}`;
    confusions.set(pair, (confusions.get(pair) ?? 0) + 1);
  });
  const worst = [...confusions].sort(([, a], [, b]) => b - a).slice(0, 12);
  return [
    `${heldOut.length} held-out images: ${percent(exact)} right, ${percent(alike)} where classes that look alike count as one.`,
    worst.map(([pair, count]) => `${pair} ${count}`).join(', '),
  ].join('\n');
}
