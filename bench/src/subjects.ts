import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { nativeObstacle } from '@denoiser/kernels-cpu-native';
import { endTogether } from '../../scripts/children.mjs';
import { inBench } from './in-bench';
import type { WorkFiles } from './work-files';

export type Answer = { ms: number; rss_mb: number };

/** A program that is measured: a process that is told a case and answers with its time. */
export type Subject = {
  readonly name: string;
  /** The processor's time of one run, and the memory that the process has used at most. */
  run(benchCase: string): Promise<Answer>;
  /** The output of the sampling step, NCHW, to compare with the others'. */
  output(): Promise<number[]>;
  stop(): void;
};

export type SubjectPlan = {
  readonly name: string;
  readonly cases: readonly string[];
  /** Why it can't be measured here, if so. */
  readonly absent?: string;
  start(files: WorkFiles, threads: number): Subject;
};

const peers = inBench('peers');
const tfjsPeer = inBench('dist/tfjs-peer.js');
const STEPS = ['sample-step-b1', 'train-step-b4'];
const OPS = ['conv3x3', 'gemm'];

/** All subjects, ours first. */
export function subjects(): SubjectPlan[] {
  // A virtual environment with another PyTorch than the system's is named by its interpreter.
  const pythons = [process.env.BENCH_PYTHON ?? [], 'python3', '/usr/bin/python3'].flat();
  const python = pythons.find((name) => spawnSync(name, ['-c', 'import torch']).status === 0);
  const onnxruntime = join(peers, 'node_modules', 'onnxruntime-node');
  return [
    {
      name: 'denoiser',
      cases: [...STEPS, ...OPS, 'fma-peak'],
      start: ({ folder }, threads) => start('denoiser', process.execPath, [tfjsPeer, 'denoiser', folder, `${threads}`]),
    },
    {
      name: 'denoiser-native',
      cases: [...STEPS, ...OPS, 'fma-peak'],
      absent: nativeObstacle(),
      start: ({ folder }, threads) =>
        start('denoiser-native', process.execPath, [tfjsPeer, 'denoiser-native', folder, `${threads}`]),
    },
    {
      name: 'tfjs-wasm',
      cases: [...STEPS, ...OPS],
      start: ({ folder }, threads) => start('tfjs-wasm', process.execPath, [tfjsPeer, 'wasm', folder, `${threads}`]),
    },
    {
      name: 'onnxruntime-node',
      cases: ['sample-step-b1', ...OPS],
      absent: existsSync(onnxruntime) ? undefined : 'onnxruntime-node could not be installed in bench/peers',
      start: ({ folder, inputs }, threads) =>
        start('onnxruntime-node', process.execPath, [
          join(peers, 'onnxruntime_peer.mjs'),
          folder,
          inputs,
          `${threads}`,
        ]),
    },
    {
      name: 'pytorch',
      cases: [...STEPS, ...OPS],
      absent: python ? undefined : "python3 can't import torch (Debian: python3-torch, libopenblas0-pthread)",
      start: ({ weights, inputs }, threads) =>
        start('pytorch', python ?? 'python3', [join(peers, 'pytorch_peer.py'), weights, inputs, `${threads}`]),
    },
  ];
}

function start(name: string, command: string, args: string[]): Subject {
  const child: ChildProcess = endTogether(spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] }));
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream })[Symbol.asyncIterator]();
  const ask = async (request: object) => {
    child.stdin?.write(`${JSON.stringify(request)}\n`);
    const { value, done } = await lines.next();
    if (done) throw new Error(`${name} ended while it was asked for ${JSON.stringify(request)}`);
    return JSON.parse(value);
  };
  return {
    name,
    run: (benchCase) => ask({ run: benchCase }),
    output: async () => (await ask({ output: true })).output,
    stop: () => void child.kill(),
  };
}
