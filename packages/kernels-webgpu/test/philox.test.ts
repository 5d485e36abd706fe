import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { registerWebGPU } from '../src';
import { perThread } from '../src/wgsl/per-thread';
import { PHILOX } from '../src/wgsl/philox';
import { dawn } from './dawn';

const gpu = await dawn();
const webgpu = gpu && (await registerWebGPU({ gpu }));

/** Where float32 is hard put to it: both ends, powers of two, the middle, the borders of octants; and some between. */
const words = [
  ...Array.from({ length: 32 }, (_, k) => 2 ** k).flatMap((power) => [power - 1, power, power + 1]),
  ...Array.from({ length: 32 }, (_, k) => 2 ** 32 - 2 ** k),
  ...Array.from({ length: 8 }, (_, k) => [k * 2 ** 29 - 1, k * 2 ** 29, k * 2 ** 29 + 1]).flat(),
  3037000498,
  3037000499,
  3037000500,
  3037000501,
  ...Array.from({ length: 500 }, (_, k) => Math.imul(k, 0x9e3779b9) >>> 0),
].filter((word) => word >= 0 && word < 2 ** 32);

describe.skipIf(!webgpu)('Box and Muller in float32', () => {
  async function evaluate(expression: string): Promise<Float32Array> {
    await tf.setBackend('webgpu');
    const backend = webgpu?.backend as NonNullable<typeof webgpu>['backend'];
    const x = tf.tensor1d(
      words.map((word) => word | 0),
      'int32',
    );
    const y = backend.make([words.length]);
    backend.run({
      key: expression,
      reads: { x },
      writes: { y },
      ...perThread(words.length, `y[i] = ${expression};`, PHILOX),
    });
    const values = new Float32Array((await backend.read(y.dataId)) as Float32Array);
    backend.disposeData(y.dataId);
    x.dispose();
    return values;
  }

  const u = (word: number) => (word + 0.5) * 2 ** -32;
  /** The largest relative error. */
  const worst = (got: Float32Array, want: (word: number) => number) =>
    Math.max(...words.map((word, i) => Math.abs((got[i] as number) / want(word) - 1)));

  it('has the radius to 5e-7 of itself, for words next to 0 and to 2^32 too', async () => {
    const got = await evaluate('sqrt(2 * minusLog(bitcast<u32>(x[i])))');
    expect(worst(got, (word) => Math.sqrt(-2 * Math.log1p(u(word) - 1)))).toBeLessThan(5e-7);
  });

  it('has cosine and sine to 2e-7 of themselves, where they are next to 0 too', async () => {
    // 2π times a number in turns loses digits in float64 where the sine is small: turns are reduced here, exactly.
    const sine = (turns: number): number => {
      const t = turns - Math.round(turns);
      return Math.abs(t) <= 0.25 ? Math.sin(2 * Math.PI * t) : Math.sin(2 * Math.PI * (Math.sign(t) * 0.5 - t));
    };
    expect(worst(await evaluate('turn(bitcast<u32>(x[i])).y'), (word) => sine(u(word)))).toBeLessThan(2e-7);
    expect(worst(await evaluate('turn(bitcast<u32>(x[i])).x'), (word) => sine(u(word) + 0.25))).toBeLessThan(2e-7);
  });
});
