import '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { registerWebGPU } from '../src';
import { multiply } from '../src/kernels/gemm';
import { dense } from '../src/wgsl/gemm-operand';
import { invocations, planGemm, TILES, tileBytes } from '../src/wgsl/gemm-plan';
import { dawn } from './dawn';
import { numbers } from './values';

// A device with the limits that every WebGPU has, and no more.
const adapter = await (await dawn())?.requestAdapter();
const webgpu = adapter && (await registerWebGPU({ device: await adapter.requestDevice(), adapterInfo: adapter.info }));

type Product = { m: number; n: number; k: number; a: Float32Array; b: Float32Array; tA: boolean; tB: boolean };

/**
 * The share of its bound that the worst element of `got` is off Σ_k a[row, k]·b[k, column], each stored as it stands or
 * transposed: the roundings of k products and sums, as a random walk of four deviations, doubled (as in @denoiser/ops/testing).
 */
function worstOf({ m, n, k, a, b, tA, tB }: Product, got: Float32Array): number {
  const shares = Array.from({ length: m * n }, (_, i) => {
    const [row, column] = [Math.floor(i / n), i % n];
    let [sum, size] = [0, 0];
    for (let j = 0; j < k; j++) {
      const term = (a[tA ? j * m + row : row * k + j] as number) * (b[tB ? column * k + j : j * n + column] as number);
      sum += term;
      size += Math.abs(term);
    }
    return Math.abs((got[i] as number) - sum) / (2 * 2 ** -24 * (1 + 4 * Math.sqrt(k)) * size);
  });
  return Math.max(...shares);
}

describe.skipIf(!webgpu)('every tile multiplies matrices of any size and transposition', () => {
  const sizes = [
    { m: 37, n: 5, k: 71, splits: 1 },
    { m: 140, n: 72, k: 100, splits: 3 },
  ];
  for (const [name, tile] of Object.entries(TILES)) {
    for (const { m, n, k, splits } of sizes) {
      it(`${name}, [${m}, ${k}] × [${k}, ${n}] in ${splits} parts`, async () => {
        await tf.setBackend('webgpu');
        const { backend } = webgpu as NonNullable<typeof webgpu>;
        const before = backend.numDataIds();
        for (const [tA, tB] of [
          [false, false],
          [false, true],
          [true, false],
          [true, true],
        ] as const) {
          const a = numbers(m * k, 1);
          const b = numbers(k * n, 2);
          const inputs = { a: tf.tensor1d(a), b: tf.tensor1d(b) };
          const c = backend.make([m, n]);
          const sums = backend.make([n]);
          multiply(backend, {
            shape: { m, n, k, batch: 1 },
            a: dense({ tensor: inputs.a, packing: tA ? 'outer' : 'inner', outer: m, inner: k }),
            b: dense({ tensor: inputs.b, packing: tB ? 'inner' : 'outer', outer: n, inner: k }),
            c,
            sums,
            plan: { tile, splits },
          });
          const got = (await backend.read(c.dataId)) as Float32Array;
          const gotSums = (await backend.read(sums.dataId)) as Float32Array;
          expect(worstOf({ m, n, k, a, b, tA, tB }, got), `${tA} ${tB}`).toBeLessThan(1);
          const ones = new Float32Array(k).fill(1);
          expect(worstOf({ m: 1, n, k, a: ones, b, tA: false, tB }, gotSums), `sums ${tB}`).toBeLessThan(1);
          for (const tensor of [c, sums]) backend.disposeData(tensor.dataId);
          tf.dispose(Object.values(inputs));
        }
        expect(backend.numDataIds()).toBe(before);
      });
    }
  }
});

describe('the plan of a product', () => {
  const limits = { workgroupSize: 256, workgroupBytes: 16384 };
  it('takes large tiles where there are many, small ones where there are few', () => {
    expect(planGemm({ m: 16384, n: 128, k: 576, batch: 1 }, limits)).toEqual({ tile: TILES.wide, splits: 1 });
    expect(planGemm({ m: 4096, n: 64, k: 576, batch: 1 }, limits)).toEqual({ tile: TILES.square, splits: 1 });
    expect(planGemm({ m: 256, n: 256, k: 256, batch: 1 }, limits)).toEqual({ tile: TILES.small, splits: 1 });
    expect(planGemm({ m: 1, n: 256, k: 256, batch: 1 }, limits).tile).toBe(TILES.flat);
    expect(planGemm({ m: 4096, n: 3, k: 64, batch: 1 }, limits).tile).toBe(TILES.tall);
  });

  it('splits a long sum of a small result, so that 64 workgroups have work', () => {
    expect(planGemm({ m: 576, n: 64, k: 16384, batch: 1 }, limits)).toEqual({ tile: TILES.square, splits: 8 });
    expect(planGemm({ m: 1152, n: 128, k: 65536, batch: 1 }, limits)).toEqual({ tile: TILES.wide, splits: 4 });
    expect(planGemm({ m: 16, n: 16, k: 512, batch: 1 }, limits)).toEqual({ tile: TILES.small, splits: 2 });
  });

  it('stays within the limits that every WebGPU has, and within smaller ones', () => {
    for (const tile of Object.values(TILES)) {
      expect(invocations(tile)).toBeLessThanOrEqual(256);
      expect(tileBytes(tile)).toBeLessThanOrEqual(16384);
    }
    const { tile } = planGemm({ m: 16384, n: 128, k: 576, batch: 1 }, { workgroupSize: 128, workgroupBytes: 16384 });
    expect(tile).toBe(TILES.square);
    expect(planGemm({ m: 4096, n: 3, k: 64, batch: 1 }, { workgroupSize: 128, workgroupBytes: 10000 }).tile).toBe(
      TILES.small,
    );
  });
});
