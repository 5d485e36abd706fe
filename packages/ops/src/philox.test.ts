import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { layerDropoutStream, normals, philox4x32, STREAMS, uniforms } from './philox';

const hex = (words: Uint32Array) => Array.from(words, (word) => word.toString(16).padStart(8, '0')).join(' ');

describe('philox4x32', () => {
  it.each([
    [[0, 0, 0, 0], [0, 0], '6627e8d5 e169c58d bc57ac4c 9b00dbd8'],
    [Array(4).fill(0xffffffff), Array(2).fill(0xffffffff), '408f276d 41c83b0e a20bc7c6 6d5451fd'],
    [[0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], [0xa4093822, 0x299f31d0], 'd16cfe09 94fdcceb 5001e420 24126ea1'],
  ])('gives the known answer of Random123 for counter %o', (counter, key, answer) => {
    expect(hex(philox4x32(counter, key))).toBe(answer);
  });
});

describe('uniforms and normals', () => {
  const address = { seed: 2 ** 40 + 5, stream: STREAMS.timesteps, step: 3, index: 2, count: 7 };

  it('take counter and key as the architecture page says', () => {
    const key = [5, 2 ** 8];
    const words = [0, 1].flatMap((block) => Array.from(philox4x32([block, 3, 2, STREAMS.timesteps], key)));
    expect(Array.from(uniforms(address))).toEqual(words.slice(0, 7).map((word) => (word + 0.5) / 2 ** 32));
    const [u, v] = [words[4], words[5]].map((word) => (word + 0.5) / 2 ** 32);
    const radius = Math.sqrt(-2 * Math.log(u));
    const expected = [radius * Math.cos(2 * Math.PI * v), radius * Math.sin(2 * Math.PI * v)];
    expect(Array.from(normals(address).slice(4, 6))).toEqual(expected.map(Math.fround));
  });

  it('have the moments of their distributions', () => {
    const count = 40_000;
    const moment = (x: ArrayLike<number>, power: number) => Array.from(x).reduce((a, v) => a + v ** power, 0) / count;
    const z = normals({ seed: 1, step: 0, index: 0, count });
    // Five standard errors: of the mean 1/√n, of the variance √(2/n), of the fourth moment √(96/n).
    expect(Math.abs(moment(z, 1))).toBeLessThan(5 / Math.sqrt(count));
    expect(Math.abs(moment(z, 2) - 1)).toBeLessThan(5 * Math.sqrt(2 / count));
    expect(Math.abs(moment(z, 4) - 3)).toBeLessThan(5 * Math.sqrt(96 / count));
    const u = uniforms({ seed: 1, step: 0, index: 0, count });
    expect(Math.abs(moment(u, 1) - 0.5)).toBeLessThan(5 / Math.sqrt(12 * count));
  });

  it('share nothing between seeds, streams, steps and images', () => {
    const variants = [{}, { seed: 6 }, { seed: 2 ** 41 + 5 }, { stream: 4 }, { step: 4 }, { index: 3 }];
    const firsts = variants.map((variant) => uniforms({ ...address, ...variant })[0]);
    expect(new Set(firsts).size).toBe(variants.length);
  });

  it('refuse addresses that they can’t tell apart', () => {
    expect(() => normals({ ...address, seed: 0.5 })).toThrow('whole number from 0 to 2^53');
    expect(() => normals({ ...address, seed: -1 })).toThrow('whole number from 0 to 2^53');
    expect(() => normals({ ...address, step: -1 })).toThrow('The step of a random number');
  });
});

describe('STREAMS', () => {
  it('gives no two uses the same number', () => {
    const numbers = Object.values(STREAMS);
    expect(new Set(numbers).size).toBe(numbers.length);
  });

  it('keeps its lowest byte for dropout, so that no layer’s stream is another use’s', () => {
    const lowestByte = (stream: number) => stream & 0xff;
    const others = Object.entries(STREAMS).filter(([name]) => name !== 'dropout');
    for (const [name, stream] of others) expect(lowestByte(stream), name).not.toBe(STREAMS.dropout);
    for (const hash of [0, 1, 0x00ff_ffff, 0x8000_0000, 0xffff_ffff, 0x811c_9dc5]) {
      const stream = layerDropoutStream(hash);
      expect(stream >>> 0).toBe(stream);
      expect(lowestByte(stream)).toBe(STREAMS.dropout);
      expect(stream >>> 8).toBe(hash & 0x00ff_ffff);
    }
  });
});

it('@denoiser/ops/philox needs no tensor library', async () => {
  const { metafile } = await build({
    entryPoints: [fileURLToPath(new URL('./philox.ts', import.meta.url))],
    bundle: true,
    format: 'esm',
    metafile: true,
    packages: 'external',
    write: false,
  });
  const imported = Object.values(metafile.inputs).flatMap(({ imports }) => imports.filter(({ external }) => external));
  expect(Object.keys(metafile.inputs)).not.toHaveLength(0);
  expect(imported.map(({ path }) => path)).toEqual(['@denoiser/errors']);
});
