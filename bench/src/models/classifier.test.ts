import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { openFeatureNetwork } from '../../../packages/cli/src/evaluation/feature-network';
import { classify, createClassifier, isRight, loadClassifier, writeClassifier } from './classifier';

beforeAll(() => {
  tf.enableProdMode(); // keeps tfjs quiet
  return tf.setBackend('cpu');
});

const facts = { classNames: ['O', 'o', 'Q'], channels: 1, width: 4, alike: [['O', 'o']] };
const shape = [16, 16, 1] as const;
const data = Float32Array.from({ length: 2 * 256 }, (_, i) => Math.sin(i));
/** Half precision has 11 bits, and six layers of weights add up their roundings. */
const HALF = 6 * 2 ** -11;

describe('a classifier', () => {
  it('comes back from its file, to half precision, and leaves no tensor', async () => {
    const before = tf.memory().numTensors;
    const classifier = createClassifier(facts, 1);
    const loaded = loadClassifier(await writeClassifier(classifier));
    expect(loaded).toMatchObject(facts);
    const [a, b] = [await classify(classifier, { data, shape }), await classify(loaded, { data, shape, batchSize: 1 })];
    const values = Array.from(a.features.data);
    const largest = Math.max(...values);
    for (const [i, value] of values.entries()) {
      expect(Math.abs(value - (b.features.data[i] as number))).toBeLessThan(HALF * largest);
    }
    expect(b.labels).toEqual(a.labels);
    classifier.dispose();
    loaded.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('is a network for `denoiser eval --features` with the same features', async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'denoiser-classifier-')), 'classifier.safetensors');
    writeFileSync(path, await writeClassifier(createClassifier(facts, 2)));
    const bytes = await writeClassifier(createClassifier(facts, 2));
    const { features } = await classify(loadClassifier(bytes), { data, shape });
    const network = await openFeatureNetwork(path, shape, {});
    const found = tf.tidy(() => network.predict(tf.tensor4d(data, [2, ...shape])).dataSync());
    expect(found).toHaveLength(2 * features.dimensions);
    // The description takes pixels in [0, 1], which rounds them once more.
    found.forEach((value, i) => {
      expect(value).toBeCloseTo(features.data[i] as number, 4);
    });
  });

  it('is right about a class, and about one that looks like it', () => {
    expect(isRight(facts, 0, 0)).toBe(true);
    expect(isRight(facts, 0, 1)).toBe(true);
    expect(isRight(facts, 2, 1)).toBe(false);
  });
});
