import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { normals } from '@denoiser/ops';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { fc } from '../../../tests/properties';
import { createAllocator } from '../src/machine/allocator';
import { createEngine } from '../src/machine/engine';
import { detectPlatform, type Platform } from '../src/machine/platform';
import { createWasmMachine } from '../src/machine/wasm-machine';
import { registerEngine } from '../src/register';
import { registerVariants } from './engines';

const engines = await registerVariants();

const random = (shape: [number, number, number, number], index: number) =>
  tf.tensor4d(normals({ seed: 3, step: 0, index, count: shape.reduce((a, b) => a * b) }), shape);

describe('memory', () => {
  it('gives blocks that never overlap, and is whole again when all are free', () => {
    const steps = fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 0, max: 5000 }), fc.nat()), { maxLength: 200 });
    fc.assert(
      fc.property(steps, (actions) => {
        let end = 0;
        const allocator = createAllocator({
          start: 100,
          limit: 2 ** 30,
          grow(to) {
            end = Math.max(end, to);
            return true;
          },
        });
        const live: { address: number; bytes: number }[] = [];
        for (const [take, bytes, which] of actions) {
          if (take || live.length === 0) {
            const address = allocator.allocate(bytes);
            expect(address % 64).toBe(0);
            for (const other of live)
              expect(address + bytes <= other.address || other.address + other.bytes <= address).toBe(true);
            expect(address + bytes).toBeLessThanOrEqual(end);
            live.push({ address, bytes });
          } else {
            for (const { address } of live.splice(which % live.length, 1)) allocator.free(address);
          }
        }
        for (const { address } of live) allocator.free(address);
        expect(allocator.usedBytes).toBe(0);
        const before = end;
        if (before > 128) allocator.allocate(before - 128);
        expect(end).toBe(before);
      }),
      { numRuns: 50 },
    );
  });

  it('does not grow when a step asks for what the last one freed', () => {
    tf.setBackend('fused2');
    const step = () =>
      tf.tidy(() => void tf.conv2d(tf.ones([1, 16, 16, 8]) as tf.Tensor4D, tf.ones([3, 3, 8, 8]), 1, 'same'));
    step();
    const { peakBytes } = (engines.get('fused2') as { allocator: { peakBytes: number } }).allocator;
    for (let i = 0; i < 5; i++) step();
    expect(engines.get('fused2')?.allocator.peakBytes).toBe(peakBytes);
  });

  it('gives up packed filters rather than a step, and never the one in use', async () => {
    const platform = await detectPlatform();
    const run = (backend: string) => {
      tf.setBackend(backend);
      return tf.tidy(() => {
        const filters = [1, 2].map((index) => random([3, 3, 64, 64], index));
        return [4, 4, 8, 8, 16, 16, 24].flatMap((size) =>
          filters.flatMap((filter) => {
            const y = tf.tidy(() => tf.conv2d(random([1, size, size, 64], size), filter, 1, 'same'));
            const sum = [...tf.tidy(() => tf.sum(y, [0, 1, 2])).dataSync()];
            y.dispose();
            return sum;
          }),
        );
      });
    };
    const expected = run('fused2');
    let fitted = 0;
    for (let memoryLimit = 1_600_000; memoryLimit < 4_000_000; memoryLimit += 100_000) {
      const engine = createEngine(await createWasmMachine({ platform, threads: 1 }), { memoryLimit });
      registerEngine(engine, 'narrow');
      try {
        const sums = run('narrow');
        fitted++;
        expect(Math.max(...sums.map((sum, i) => Math.abs(sum - (expected[i] as number))))).toBeLessThan(1e-2);
      } catch (error) {
        expect(String(error)).toMatch(/at most/);
      }
      tf.removeBackend('narrow');
    }
    expect(fitted).toBeGreaterThan(0);
  });

  it('says that a tensor does not fit, and works on', () => {
    tf.setBackend('fused1');
    expect(() => tf.zeros([2 ** 30 + 1])).toThrow(/at most .* MB/);
    expect(tf.tidy(() => tf.add(1, 2).dataSync()[0])).toBe(3);
  });

  it('takes a second dispose for nothing', () => {
    tf.setBackend('fused1');
    const x = tf.tensor1d([1, 2]);
    x.dispose();
    x.dispose();
    expect(() => x.dataSync()).toThrow(/disposed/);
    expect(tf.tidy(() => tf.add(1, 2).dataSync()[0])).toBe(3);
  });
});

describe('threads', () => {
  it('that never come only leave the work to the others', async () => {
    const real = await detectPlatform();
    const platform: Platform = {
      ...real,
      startWorker(_start, onDeath) {
        onDeath('it was never born');
        return { terminate() {} };
      },
    };
    const engine = createEngine(await createWasmMachine({ platform, threads: 3 }));
    registerEngine(engine, 'lonely');
    tf.setBackend('lonely');
    const y = tf.tidy(() => tf.matMul(tf.ones([64, 32]), tf.ones([32, 64])).dataSync());
    expect(y.every((value) => value === 32)).toBe(true);
    tf.setBackend('fused1');
    tf.removeBackend('lonely');
  });

  it('that die leave the engine usable', async () => {
    const real = await detectPlatform();
    const started: { terminate(): void }[] = [];
    let deaths = 0;
    const platform: Platform = {
      ...real,
      startWorker(start, onDeath) {
        const worker = real.startWorker?.(start, (reason) => {
          onDeath(reason);
          deaths++;
        });
        if (!worker) throw new Error('this host has no threads');
        started.push(worker);
        return worker;
      },
    };
    registerEngine(createEngine(await createWasmMachine({ platform, threads: 2 })), 'bereft');
    tf.setBackend('bereft');
    const sums = () => tf.tidy(() => tf.matMul(tf.ones([256, 64]), tf.ones([64, 256])).dataSync());
    expect(sums().every((value) => value === 64)).toBe(true);
    for (const worker of started) worker.terminate();
    while (deaths === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(sums().every((value) => value === 64)).toBe(true);
    tf.setBackend('fused1');
    tf.removeBackend('bereft');
  });

  it('neither keep a process alive nor use its processor while there is nothing to do', () => {
    const dist = fileURLToPath(new URL('../dist/index.js', import.meta.url));
    expect(existsSync(dist), 'the package must be built').toBe(true);
    const program = `
      import { normals } from '@denoiser/ops';
import * as tf from '@tensorflow/tfjs';
      import { registerCpuEngine } from ${JSON.stringify(dist)};
      const engine = await registerCpuEngine({ threads: 3 });
      await tf.default.setBackend(engine.backendName);
      tf.default.matMul(tf.default.ones([300, 300]), tf.default.ones([300, 300])).dataSync();
      await new Promise((resolve) => setTimeout(resolve, 100));
      const before = process.cpuUsage();
      await new Promise((resolve) => setTimeout(resolve, 1000));
      const { user, system } = process.cpuUsage(before);
      process.stdout.write(String((user + system) / 1000));
    `;
    const run = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
      cwd: fileURLToPath(new URL('..', import.meta.url)),
      timeout: 60_000,
      encoding: 'utf8',
    });
    expect(run.status, run.stderr).toBe(0);
    // Of 1000 ms, on any of three threads: what the runtime itself does.
    expect(Number(run.stdout)).toBeLessThan(200);
  });
});
