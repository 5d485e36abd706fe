import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { nativeObstacle } from '@denoiser/kernels-cpu-native';
import { endTogether } from '../../scripts/children.mjs';
import { INFERENCE_OPERATIONS, OPERATIONS, STEPS, type Step } from './cases';
import { inBench } from './in-bench';
import type { WorkFiles } from './work-files';

export type Answer = { ms: number; rss_mb: number };

/** A program that is measured: a process that is told a case and answers with its time. */
export type Subject = {
  readonly name: string;
  /** The processor's time of one run, and the memory that the process has used at most. */
  run(benchCase: string): Promise<Answer>;
  /** The output of a sampling step, NCHW, to compare with the others'. */
  output(step: Step): Promise<number[]>;
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
const ALL = [...Object.keys(STEPS), ...OPERATIONS];
const INFERENCE = [...Object.keys(STEPS).filter((name) => !STEPS[name]?.isTraining), ...INFERENCE_OPERATIONS];

/** All subjects, ours first. */
export function subjects(): SubjectPlan[] {
  // A virtual environment with another PyTorch than the system's is named by its interpreter.
  const pythons = [process.env.BENCH_PYTHON ?? [], 'python3', '/usr/bin/python3'].flat();
  const python = pythons.find((name) => spawnSync(name, ['-c', 'import torch']).status === 0);
  const hasDiffusers = python !== undefined && spawnSync(python, ['-c', 'import diffusers']).status === 0;
  const inPyTorch = (name: string) => STEPS[name]?.network !== 'unet2d' || hasDiffusers;
  const onnxruntime = join(peers, 'node_modules', 'onnxruntime-node');
  return [
    {
      name: 'denoiser',
      cases: [...ALL, 'fma-peak'],
      start: ({ folder }, threads) => start('denoiser', process.execPath, [tfjsPeer, 'denoiser', folder, `${threads}`]),
    },
    {
      name: 'denoiser-native',
      cases: [...ALL, 'fma-peak'],
      absent: nativeObstacle(),
      start: ({ folder }, threads) =>
        start('denoiser-native', process.execPath, [tfjsPeer, 'denoiser-native', folder, `${threads}`]),
    },
    {
      name: 'tfjs-wasm',
      cases: ALL,
      start: ({ folder }, threads) => start('tfjs-wasm', process.execPath, [tfjsPeer, 'wasm', folder, `${threads}`]),
    },
    {
      name: 'onnxruntime-node',
      cases: INFERENCE,
      absent: existsSync(onnxruntime) ? undefined : 'onnxruntime-node could not be installed in bench/peers',
      start: ({ folder }, threads) =>
        start('onnxruntime-node', process.execPath, [join(peers, 'onnxruntime_peer.mjs'), folder, `${threads}`]),
    },
    // The three ways of running it.
    ...['eager', 'channels_last', 'compile'].map((way) => ({
      name: way === 'eager' ? 'pytorch' : `pytorch-${way}`,
      cases: (way === 'eager' ? ALL : Object.keys(STEPS)).filter(inPyTorch),
      ...(!python && { absent: "python3 can't import torch (Debian: python3-torch, libopenblas0-pthread)" }),
      start: ({ folder }: WorkFiles, threads: number) =>
        start(`pytorch-${way}`, python ?? 'python3', [join(peers, 'pytorch_peer.py'), folder, `${threads}`, way]),
    })),
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
    run: (benchCase) => ask({ run: benchCase, step: STEPS[benchCase] }),
    output: async (step) => (await ask({ output: true, step })).output,
    stop: () => void child.kill(),
  };
}
