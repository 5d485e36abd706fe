import { describe, expect, it } from 'vitest';
import { printBorder, printEntry } from '../scripts/border/print-border.mjs';
import { readBorder } from '../scripts/border/read-border.mjs';
import type { Engine } from '../src/machine/engine';
import { Address, jobs } from '../src/machine/generated/jobs';
import type { Views } from '../src/machine/job';
import { detectPlatform } from '../src/machine/platform';
import { loadProgram } from '../src/machine/program';

const LIBRARY = `
export const enum Shape {
  flat,
  round = 5,
}

@unmanaged
class Base {
  /** [n] */
  x: usize;
  n: i32;
}

@unmanaged
class PaintArguments extends Base {
  dark: bool;
  scale: f32;
  exact: f64;
  sizes0: i32; sizes1: i32;
  shape: Shape;
}

/** Paints; one chunk. */
export function paintJob(args: PaintArguments, _chunk: i32): void {
  store<f32>(args.x, args.scale);
}

export function helper(): i32 {
  return 1;
}
`;

describe('what is read from the assembly', () => {
  it('is its jobs, with the fields of their classes where the compiler lays them, and its enums', async () => {
    const { jobs, enums } = await readBorder({ 'library.ts': LIBRARY });
    expect(enums).toEqual([{ name: 'Shape', about: '', values: { flat: 0, round: 5 } }]);
    expect(jobs).toMatchObject([{ name: 'paint', about: 'Paints; one chunk.', from: 'library', function: 'paintJob' }]);
    expect(jobs[0]?.arguments).toEqual([
      { name: 'x', about: '[n]', type: 'usize', offset: 0 },
      { name: 'n', about: '', type: 'i32', offset: 4 },
      { name: 'dark', about: '', type: 'bool', offset: 8 },
      { name: 'scale', about: '', type: 'f32', offset: 12 },
      { name: 'exact', about: '', type: 'f64', offset: 16 },
      { name: 'sizes', about: '', type: 'i32', offset: 24, count: 2 },
      { name: 'shape', about: '', type: 'Shape', offset: 32 },
    ]);
  });

  it('is printed as types and as what writes the arguments', async () => {
    const border = await readBorder({ 'library.ts': LIBRARY });
    const text = printBorder(border);
    for (const line of [
      'export const Shape = { flat: 0, round: 5 } as const;',
      '  /** [n] */\n  readonly x: number;',
      '  readonly dark: boolean;',
      '  readonly sizes: readonly [number, number];',
      '  readonly shape: Shape;',
      'write({ i32, u8, f32, f64 }, args) {',
      'i32[1] = args.n;',
      'u8[8] = args.dark ? 1 : 0;',
      'f32[3] = args.scale;',
      'f64[2] = args.exact;',
      'i32[7] = args.sizes[1];',
    ])
      expect(text).toContain(line);
    expect(printEntry(border)).toContain('export const paint: u32 = paintJob.index;');
  });

  it('has no job of another form, and no argument of another type', async () => {
    const read = (text: string) => readBorder({ 'library.ts': text });
    await expect(read('export function paintJob(chunk: i32): void {}')).rejects.toThrow(/paintJob is no job/);
    const odd = LIBRARY.replace('n: i32', 'n: u8');
    await expect(read(odd)).rejects.toThrow(/n is a u8; arguments are i32, .* or enums/);
    await expect(read('export function f(): i32 { return x; }')).rejects.toThrow(/Cannot find name 'x'/);
  });
});

describe('jobs', () => {
  it('are the same in both builds', async () => {
    (await detectPlatform()).allowRelaxedSimd();
    for (const build of ['relaxed', 'plain'] as const) {
      const { indices } = await loadProgram(build);
      const found = Object.keys(jobs).map((name) => indices.get(name));
      expect(new Set(found).size, build).toBe(found.length);
      expect(found, build).not.toContain(undefined);
    }
  });

  it('write numbers of each kind where their fields are', () => {
    const bytes = new ArrayBuffer(Address.temporary - Address.arguments);
    const views: Views = {
      i32: new Int32Array(bytes),
      f32: new Float32Array(bytes),
      f64: new Float64Array(bytes),
      u8: new Uint8Array(bytes),
    };
    const table = 2 ** 32 - 64; // an address in the last half
    jobs.linearCombination.write(views, { to: 1, size: 2, block: 3, inputs: 4, table, clip: true, low: -0.5, high: 9 });
    const view = new DataView(bytes);
    expect([0, 4, 8, 12, 16].map((offset) => view.getUint32(offset, true))).toEqual([1, 2, 3, 4, table]);
    expect([view.getUint8(20), view.getFloat32(24, true), view.getFloat32(28, true)]).toEqual([1, -0.5, 9]);
  });

  it('take all of their arguments and no others, each of its kind', () => {
    const wrong = (engine: Engine) => {
      // @ts-expect-error rest is missing
      engine.run(jobs.ema, 1, { table: 0, decay: 1 });
      // @ts-expect-error decoy is no argument
      engine.run(jobs.ema, 1, { table: 0, decoy: 1, rest: 0 });
      // @ts-expect-error one more
      engine.run(jobs.ema, 1, { table: 0, decay: 1, rest: 0, from: 0 });
      // @ts-expect-error cosine is a boolean
      engine.run(jobs.sine, 1, { cosine: 1, from: 0, to: 0, size: 0 });
      // @ts-expect-error there is no cast 4
      engine.run(jobs.cast, 1, { kind: 4, from: 0, to: 0, size: 0 });
    };
    expect(wrong).toBeTypeOf('function');
  });
});
