import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { drawImages, openModel, selectDevice } from '@denoiser/backend-node';
import { fromBytes } from '@denoiser/pipeline/pixels';
import { beforeAll, describe, expect, it } from 'vitest';
import { recognized } from '../bench/src/models/cells';
import { classify, loadClassifier } from '../bench/src/models/classifier';

/**
 * Shipped models, drawn as anybody draws them. The floor is the share of pictures that a classifier trained on real images takes
 * for the class that was asked for; docs/measuring-models.md has what it is for many pictures and every sampler.
 */
const MODELS = [
  { name: 'digits', count: 100, floor: 0.98 },
  { name: 'glyphs', count: 62, floor: 0.98 },
];
const root = fileURLToPath(new URL('..', import.meta.url));

beforeAll(() => selectDevice());

describe.each(MODELS)('the shipped model $name', ({ name, count, floor }) => {
  const weights = join(root, 'packages', `model-${name}`, `${name}.safetensors`);
  const classifierFile = join(root, 'bench', 'classifiers', `${name}.safetensors`);

  it.skipIf(!existsSync(weights) || !existsSync(classifierFile))('draws what it is asked for', async () => {
    const model = await openModel(weights);
    const classifier = loadClassifier(readFileSync(classifierFile));
    const images = await drawImages(model, { count, seed: 1, sampler: 'dpmpp-2m', batchSize: count });
    const data = fromBytes(images.bytes());
    const { labels } = await classify(classifier, { data, shape: model.imageShape });
    expect(recognized(model, classifier, images.labels ?? [], labels)).toBeGreaterThanOrEqual(floor);
    classifier.dispose();
    model.dispose();
  });
});
