import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { inBench } from '../in-bench';
import { nothing } from '../web/counter';
import { originalConfig, unet2dConfig } from '../web/networks';
import { askProcess } from '../web/node';
import type { Runner } from '../web/runner';
import type { Times } from '../web/steps';
import { type Measurement, STEPS, type Step, type Task } from '../web/task';
import type { OnnxFiles } from './onnx-files';

/** Whose steps are timed. */
export type Subject = {
  readonly name: string;
  readonly where: string;
  readonly steps: readonly (typeof STEPS)[number][];
  take(step: Step, times: Times): Promise<Measurement>;
  /** Counts a step without computing it; where it can't be, `take` may have counted. */
  count?(step: Step): Promise<Measurement>;
};

/** The benchmark names every version to the last digit. */
const { dependencies, devDependencies } = JSON.parse(readFileSync(inBench('package.json'), 'utf8'));
const versionOf = (name: string): string => ({ ...dependencies, ...devDependencies })[name];

/** Our kernels, tfjs's, and onnxruntime's with either attention: its own operator, and a graph of plain ones. */
export function webgpuSubjects(
  runner: Runner,
  models: OnnxFiles,
  runtime: 'onnxruntime-node' | 'onnxruntime-web',
): Subject[] {
  const where = runner.name;
  const ofTfjs = (
    name: string,
    whose: Pick<Task, 'subject' | 'precision'>,
    steps: Subject['steps'] = STEPS,
  ): Subject => ({
    ...{ name, where, steps },
    take: (step, times) => runner.run('measure', { ...step, ...times, ...whose, execute: true }),
    count: (step) => runner.run('measure', { ...step, ...whose, warmUp: 2, measured: 1, execute: false }),
  });
  const ofOnnx = (name: string, attention: 'contrib' | 'plain'): Subject => ({
    ...{ name, where, steps: ['sampling'] },
    take: (step, times) => runner.run('timeOnnx', { ...step, ...times, model: models.pathOf(step.network, attention) }),
  });
  const version = versionOf(runtime);
  return [
    ofTfjs('denoiser', { subject: 'denoiser' }),
    ofTfjs('denoiser, f16', { subject: 'denoiser', precision: 'f16' }, ['sampling']),
    ofTfjs('denoiser, f16-all', { subject: 'denoiser', precision: 'f16-all' }, ['sampling']),
    ofTfjs(`tfjs ${versionOf('@tensorflow/tfjs-core')}`, { subject: 'stock tfjs' }),
    ofOnnx(`${runtime} ${version}`, 'contrib'),
    ofOnnx(`${runtime} ${version}, plain attention`, 'plain'),
  ];
}

/** PyTorch of an interpreter, eager and compiled. @param device 'cuda', 'mps', 'xpu' or 'cpu' */
export function pytorchSubjects(python: string, device: string): Subject[] {
  const program = inBench('peers/pytorch_gpu.py');
  const version = execFileSync(python, ['-c', 'import torch; print(torch.__version__)'], { encoding: 'utf8' }).trim();
  return [false, true].map((isCompiled) => ({
    name: `PyTorch ${version}, ${isCompiled ? 'compiled' : 'eager'}`,
    where: device,
    steps: ['sampling', 'training'],
    async take(step, times) {
      const config = (step.network === 'original' ? originalConfig : unet2dConfig)(step.baseWidth);
      const task = { ...step, ...times, config, device, isCompiled };
      const { ms } = await askProcess(python, [program, JSON.stringify(task)], process.env);
      return { counts: nothing(), ms };
    },
  }));
}
