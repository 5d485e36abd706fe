import '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { onnxDenoiser } from './onnx-denoiser';
import type { OnnxSession, OnnxTensor } from './session';

beforeAll(() => tf.setBackend('cpu'));

/** A session that gives its images back, and keeps what it was fed. */
function session(o: { inputs?: Record<string, string>; output?: string } = {}) {
  const { inputs = { sample: 'float32', timestep: 'float32' }, output = 'out_sample' } = o;
  const fed: Record<string, OnnxTensor>[] = [];
  let running = 0;
  const self: OnnxSession = {
    inputNames: Object.keys(inputs),
    outputNames: [output],
    inputMetadata: Object.entries(inputs).map(([name, type]) => ({ name, type })),
    async run(feeds) {
      if (++running > 1) throw new Error('two at a time');
      fed.push(feeds);
      await new Promise((resolve) => setTimeout(resolve, 1));
      running--;
      return { [output]: { dims: feeds.sample?.dims ?? [], data: feeds.sample?.data } };
    },
  };
  return { self, fed };
}

const image = () => tf.range(0, 2 * 2 * 2 * 3, 1, 'float32').reshape([2, 2, 2, 3]) as tf.Tensor4D;

test('images are handed over with the channels first, and come back with the channels last', async () => {
  const { self, fed } = session();
  const x = image();
  const y = await onnxDenoiser(self)(x, tf.tensor1d([3, 4]));
  const { sample, timestep } = fed[0] as Record<string, OnnxTensor>;
  expect(sample).toMatchObject({ type: 'float32', dims: [2, 3, 2, 2], location: 'cpu' });
  expect(Array.from(sample?.data as Float32Array).slice(0, 5)).toEqual([0, 3, 6, 9, 1]);
  expect(timestep).toMatchObject({ type: 'float32', dims: [2], data: Float32Array.of(3, 4) });
  expect(y.arraySync()).toEqual(x.arraySync());
});

test('numbers are fed as the session takes them; without labels the class is none', async () => {
  const { self, fed } = session({ inputs: { sample: 'float32', timestep: 'int64', class_labels: 'int64' } });
  const denoiser = onnxDenoiser(self);
  await denoiser(image(), tf.tensor1d([3, 4]), { labels: tf.tensor1d([1, -1], 'int32') });
  await denoiser(image(), tf.tensor1d([3, 4]));
  expect(fed.map(({ timestep, class_labels }) => [timestep?.data, class_labels?.data])).toEqual([
    [BigInt64Array.of(3n, 4n), BigInt64Array.of(1n, -1n)],
    [BigInt64Array.of(3n, 4n), BigInt64Array.of(-1n, -1n)],
  ]);
  await expect(denoiser(image(), tf.tensor1d([3.5, 4]))).rejects.toMatchObject({ code: 'session-unfit' });
});

test('calls wait for each other, also after one that failed, and leave nothing behind', async () => {
  const { self } = session();
  const denoiser = onnxDenoiser(self);
  const [x, time, labels] = [image(), tf.tensor1d([1, 2]), tf.tensor1d([0, 0], 'int32')];
  const { numTensors } = tf.memory();
  const answers = [denoiser(x, time), denoiser(x, time, { labels }), denoiser(x, time)];
  await expect(answers[1]).rejects.toThrow(/without classes/);
  tf.dispose([await answers[0], await answers[2]] as tf.Tensor[]);
  expect(tf.memory().numTensors).toBe(numTensors);
});

test.each([
  [
    { inputs: { sample: 'float32', t: 'float32' } },
    /the inputs "sample", "t", and a denoiser has "sample", "timestep"/,
  ],
  [{ inputs: { sample: 'float32', timestep: 'float32', text: 'float32' } }, /the inputs "sample", "timestep", "text"/],
  [{ output: 'eps' }, /the outputs "eps", and a denoiser has "out_sample"/],
])('a session of other names is refused: %o', (options, message) => {
  expect(() => onnxDenoiser(session(options as object).self)).toThrow(message);
});

test('other names can be given', () => {
  const { self } = session({ inputs: { sample: 'float32', t: 'float32' }, output: 'eps' });
  expect(() => onnxDenoiser(self, { timestep: 't', output: 'eps' })).not.toThrow();
});
