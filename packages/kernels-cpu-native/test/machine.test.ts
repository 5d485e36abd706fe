import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { createEngine, type Engine, jobs } from '@denoiser/kernels-cpu/machine';
import '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { fc } from '../../../tests/properties';
import { Unary } from '../../kernels-cpu/src/machine/generated/jobs';
import { createNativeMachine } from '../src/machine';
import { registerNativeEngine } from '../src/register';
import { library } from './engines';

const machineFile = fileURLToPath(new URL('../build/machine.node', import.meta.url));

const newEngine = (threads = 2): Engine =>
  createEngine(createNativeMachine(library as NonNullable<typeof library>, { threads }));

/** Squares some numbers: whether the engine works. */
function expectToWork(engine: Engine): void {
  const from = engine.allocator.allocate(100);
  const to = engine.allocator.allocate(100);
  engine.float32(from, 25).fill(3);
  engine.run(jobs.unary, 2, { op: Unary.square, from, to, size: 25, block: 16, low: 0, high: 0 });
  expect([...engine.float32(to, 25)]).toEqual(Array(25).fill(9));
  engine.allocator.free(from);
  engine.allocator.free(to);
}

describe.runIf(library)('the native machine', () => {
  it('refuses arguments that lie outside of the memory, and works on', () => {
    const engine = newEngine();
    const x = engine.allocator.allocate(4096);
    const map = { op: Unary.square, from: x, to: x, size: 1000, block: 1000, low: 0, high: 0 };
    const wrong: [object, number, RegExp][] = [
      [{ from: 2 ** 32 - 64 }, 1, /unary: 1000 values at 4294967232 do not lie in the memory/],
      [{ to: 2 ** 31 }, 1, /do not lie/],
      [{ size: 2 ** 31 - 1 }, 1, /do not lie/],
      [{ size: -1 }, 1, /a size of -1/],
      [{ block: 0 }, 1, /a size of 0/],
      [{ from: x + 2 }, 1, /do not lie/],
      [{ op: 99 }, 1, /unknown map/],
      [{}, 2, /more chunks/],
    ];
    for (const [change, chunks, message] of wrong)
      expect(() => engine.run(jobs.unary, chunks, { ...map, ...change } as never)).toThrow(message);
    expectToWork(engine);
  });

  it('refuses or runs whatever numbers a job is given, and stays alive', () => {
    const engine = newEngine();
    const names = Object.keys(jobs).filter((job) => job !== 'peak') as (keyof typeof jobs)[];
    const number = fc.oneof(
      fc.integer({ min: -2, max: 70 }),
      fc.constantFrom(2 ** 31 - 1, -(2 ** 31), 2 ** 32 - 4, 65536, 67584, 100_000),
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...names),
        fc.array(number, { minLength: 48, maxLength: 48 }),
        fc.nat(9),
        (name, numbers, chunks) => {
          let next = 0;
          // Every field that the job asks for is one of the numbers, every list five of them.
          const args = new Proxy({}, { get: () => Object.assign(Object(numbers[next++ % 48]), [1, 2, 3, 4, 5]) });
          try {
            engine.run(jobs[name] as never, chunks, args as never);
          } catch (error) {
            expect(String(error)).toContain(name);
          }
        },
      ),
      { numRuns: 3000 },
    );
    const whole = newEngine(); // the other one's memory holds anything now
    expectToWork(whole);
  });

  it('computes in memory that has grown', () => {
    const engine = newEngine();
    const floats = 4_000_000;
    const [from, to] = [engine.allocator.allocate(floats * 4), engine.allocator.allocate(floats * 4)];
    engine.float32(from, floats).fill(2);
    engine.run(jobs.unary, 1, { op: Unary.square, from, to, size: floats, block: floats, low: 0, high: 0 });
    expect(engine.float32(to, floats)[floats - 1]).toBe(4);
  });

  it('takes the place of another machine by its name', async () => {
    const engine = registerNativeEngine({ threads: 1 });
    expect(registerNativeEngine()).toBe(engine);
    await tf.setBackend(engine.backendName);
    expect(tf.tidy(() => tf.matMul(tf.ones([8, 3]), tf.ones([3, 8])).dataSync()[63])).toBe(3);
    expect(engine.threads).toBe(1);
    expect(library?.levels()).toContain(engine.simd);
  });

  it('convolves with a filter that is new as with one that is kept, bit for bit, and as tfjs does', async () => {
    const engine = registerNativeEngine({ threads: 1 });
    const [x, filter, dy] = [
      tf.randomNormal([2, 14, 15, 36], 0, 1, 'float32', 1), // 32 tiles of 4×4
      tf.randomNormal([3, 3, 36, 40], 0, 1, 'float32', 2),
      tf.randomNormal([2, 14, 15, 40], 0, 1, 'float32', 3),
    ] as tf.Tensor4D[];
    const [inputs, filters, slopes] = [x, filter, dy].map((t) => t.dataSync<'float32'>()) as [
      Float32Array,
      Float32Array,
      Float32Array,
    ];
    const convolve = async (backend: string, times: number) => {
      await tf.setBackend(backend);
      return tf.tidy(() => {
        const image = tf.tensor4d(inputs, x.shape);
        const weights = tf.tensor4d(filters, filter.shape);
        const from = tf.tensor4d(slopes, dy.shape);
        const gradient = tf.grad((image) => tf.conv2d(image as tf.Tensor4D, weights, 1, 'same'))(image, from);
        const outputs = Array.from({ length: times }, () => tf.conv2d(image, weights, 1, 'same').dataSync<'float32'>());
        return [gradient.dataSync<'float32'>(), ...outputs];
      });
    };
    const [gradient, once, ...again] = await convolve(engine.backendName, 3);
    for (const output of again) expect(output).toEqual(once);
    const [expectedGradient, expected] = await convolve('cpu', 1);
    // Sums of 360 products, each below 20; Winograd's transforms lose a digit.
    for (const [found, wanted] of [
      [gradient, expectedGradient],
      [once, expected],
    ]) {
      const worst = found?.reduce((most, value, i) => Math.max(most, Math.abs(value - (wanted?.[i] as number))), 0);
      expect(worst).toBeLessThan(20 * 360 * 2 ** -24 * 10);
    }
  });

  it('neither keeps a process alive nor uses its processor while there is nothing to do', () => {
    const script = `
      const { Machine, jobs } = require(process.argv[1]);
      const machine = new Machine(4);
      machine.setMemory(new Uint8Array(new SharedArrayBuffer(65536)));
      machine.run(jobs().indexOf('peak'), 1024, 1);
      setTimeout(() => {
        const before = process.cpuUsage();
        setTimeout(() => {
          const { user, system } = process.cpuUsage(before);
          console.log((user + system) / 1000);
        }, 1000);
      }, 50);`;
    const run = spawnSync(process.execPath, ['-e', script, machineFile], { timeout: 60_000, encoding: 'utf8' });
    expect(run.status, run.stderr).toBe(0);
    expect(Number(run.stdout)).toBeLessThan(200);
  });

  it('ends with the thread that has it', () => {
    const script = `
      const { Worker, isMainThread, workerData } = require('node:worker_threads');
      const body = \`
        const { Machine, jobs } = require(require('node:worker_threads').workerData);
        const machine = new Machine(2);
        machine.setMemory(new Uint8Array(new SharedArrayBuffer(65536)));
        machine.run(jobs().indexOf('peak'), 1024, 1);\`;
      let ended = 0;
      for (let i = 0; i < 3; i++)
        new Worker(body, { eval: true, workerData: process.argv[1] }).on('exit', (code) => {
          if (code === 0 && ++ended === 3) console.log('ended');
        });`;
    const run = spawnSync(process.execPath, ['-e', script, machineFile], { timeout: 60_000, encoding: 'utf8' });
    expect(run.stdout.trim(), run.stderr).toBe('ended');
  });
});
