import { linear, replaying, silu } from '@denoiser/ops';
import { createUNet, createUNet2D } from '@denoiser/unet';
import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { registerVariants } from './engines';

const engines = await registerVariants();

const values = (shape: number[], seed: number) => tf.randomNormal(shape, 0, 1, 'float32', seed + 1);

const numbersOf = (tensor: tf.Tensor) => {
  const numbers = [...tensor.dataSync()];
  tensor.dispose();
  return numbers;
};

describe.each([...engines])('work that is replayed on %s', (name, engine) => {
  let tensors: number;
  beforeEach(async () => {
    await tf.setBackend(name);
    tensors = tf.memory().numTensors;
  });
  afterEach(() => expect(tf.memory().numTensors).toBe(tensors));

  /** Whether a call was commands alone. */
  function callOf(call: () => tf.Tensor): { numbers: number[]; isReplayed: boolean } {
    const [run, play] = [vi.spyOn(engine, 'run'), vi.spyOn(engine, 'play')];
    try {
      const result = call();
      const isReplayed = run.mock.calls.length === 0 && play.mock.calls.length === 1;
      return { numbers: numbersOf(result), isReplayed };
    } finally {
      run.mockRestore();
      play.mockRestore();
    }
  }

  it('gives the same to the bit: a network with classes, whose batch changes', () => {
    const network = createUNet({ channels: 1, baseWidth: 4, timeDim: 16, classes: 3, seed: 1 });
    const denoiser = network.denoiser();
    const used = () => engine.allocator.usedBytes;
    const replayed = replaying((x, time, labels) =>
      denoiser(x as tf.Tensor4D, time as tf.Tensor1D, labels && { labels: labels as tf.Tensor1D }),
    );
    const counts = { replayed: 0, calls: 0 };
    for (const [step, batch] of [2, 2, 2, 2, 1, 1, 2, 1, 2, 1].entries()) {
      const x = values([batch, 8, 8, 1], step) as tf.Tensor4D;
      const time = tf.tensor1d(Array.from({ length: batch }, (_, i) => 7 * step + i));
      const labels = tf.tensor1d(
        Array.from({ length: batch }, (_, i) => ((step + i) % 4) - 1),
        'int32',
      );
      const { numbers, isReplayed } = callOf(() => replayed.call(x, time, labels));
      counts.calls++;
      if (isReplayed) counts.replayed++;
      expect(numbers).toEqual(numbersOf(tf.tidy(() => denoiser(x, time, { labels }))));
      const before = used();
      const between = tf.tidy(() => [1, 2, 3].map((i) => tf.mul(values([batch, 8, 8, 16], i), 3)));
      expect(numbersOf(replayed.call(x, time, labels))).toEqual(numbers);
      for (const [i, tensor] of between.entries())
        expect(numbersOf(tensor)).toEqual(numbersOf(values([batch, 8, 8, 16], i + 1)).map((z) => Math.fround(3 * z)));
      expect(used()).toBeGreaterThan(0);
      expect(before).toBeGreaterThan(0);
      tf.dispose([x, time, labels]);
    }
    expect(counts.replayed).toBeGreaterThan(4);
    replayed.dispose();
    network.dispose();
  });

  it('sees weights that are given new numbers', () => {
    const weight = tf.tidy(() => tf.variable(values([8, 8], 1))) as tf.Variable;
    const bias = tf.zeros<tf.Rank.R1>([8]);
    const work = (x: tf.Tensor) => silu(linear(x as tf.Tensor2D, weight as unknown as tf.Tensor2D, bias));
    const replayed = replaying(work);
    const x = values([3, 8], 3);
    for (let i = 0; i < 6; i++) {
      if (i === 3) tf.tidy(() => weight.assign(values([8, 8], 6)));
      expect(numbersOf(replayed.call(x))).toEqual(numbersOf(tf.tidy(() => work(x))));
    }
    expect(callOf(() => replayed.call(x)).isReplayed).toBe(true);
    replayed.dispose();
    tf.dispose([weight, bias, x]);
  });

  it('gives back all memory', () => {
    const network = createUNet2D({
      sample_size: 8,
      in_channels: 1,
      out_channels: 1,
      block_out_channels: [8, 16],
      layers_per_block: 1,
      down_block_types: ['DownBlock2D', 'AttnDownBlock2D'],
      up_block_types: ['AttnUpBlock2D', 'UpBlock2D'],
      norm_num_groups: 4,
      attention_head_dim: 8,
    });
    const denoiser = network.denoiser();
    const work = (x: tf.Tensor) => tf.tidy(() => denoiser(x as tf.Tensor4D, tf.fill([1], 5) as tf.Tensor1D));
    const x = values([1, 8, 8, 1], 1);
    const replayed = replaying(work);
    const wanted = numbersOf(work(x));
    for (let i = 0; i < 4; i++) expect(numbersOf(replayed.call(x))).toEqual(wanted);
    expect(callOf(() => replayed.call(x)).isReplayed).toBe(true);
    const most = engine.allocator.usedBytes;
    replayed.dispose();
    expect(engine.allocator.usedBytes).toBeLessThan(most);
    expect(numbersOf(replayed.call(x))).toEqual(wanted);
    x.dispose();
    network.dispose();
  });
});
