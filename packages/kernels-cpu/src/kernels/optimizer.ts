import {
  AdamWStep,
  type AdamWStepAttrs,
  EmaStep,
  type EmaStepAttrs,
  GlobalNorm,
  type GlobalNormInputs,
} from '@denoiser/ops';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { CpuEngineBackend } from '../backend';
import { jobs } from '../machine/generated/jobs';
import { BLOCK } from './elementwise';
import { kernel, sizeOf } from './kernel';
import { SCRATCH } from './scratch';

type Named = { readonly [name: string]: TensorInfo };

/** Writes a table with a row for each chunk of each tuple of tensors: their addresses there and the number of values. */
function chunkTable(backend: CpuEngineBackend, tuples: TensorInfo[][]): { table: number; chunks: number } {
  const rows: number[] = [];
  let chunks = 0;
  for (const tuple of tuples) {
    const addresses = tuple.map((tensor) => backend.address(tensor));
    const size = sizeOf((tuple[0] as TensorInfo).shape);
    for (let from = 0; from < size; from += BLOCK) {
      for (const address of addresses) rows.push(address + from * 4);
      rows.push(Math.min(BLOCK, size - from));
      chunks++;
    }
  }
  const table = backend.engine.scratch(SCRATCH.table, Math.max(1, rows.length) * 4);
  backend.engine.write(table, Int32Array.from(rows));
  return { table, chunks };
}

const member = (inputs: Named, name: string, i: number) => inputs[`${name}${i}`] as TensorInfo;

const adamWStep = kernel<Named, AdamWStepAttrs>(AdamWStep, (inputs, attrs, backend) => {
  const { count, step, learningRate, beta1, beta2, epsilon, weightDecay } = attrs;
  const names = ['parameter', 'gradient', 'firstMoment', 'secondMoment'];
  const tuples = Array.from({ length: count }, (_, i) => names.map((name) => member(inputs, name, i)));
  const { table, chunks } = chunkTable(backend, tuples);
  const { gradientScale } = inputs;
  const scale = gradientScale ? (backend.engine.float32(backend.address(gradientScale), 1)[0] as number) : 1;
  backend.engine.run(jobs.adamW, chunks, {
    table,
    beta1,
    gradientFactor: (1 - beta1) * scale,
    beta2,
    squareFactor: (1 - beta2) * scale ** 2,
    stepSize: learningRate / (1 - beta1 ** step),
    root: Math.sqrt(1 - beta2 ** step),
    epsilon,
    shrink: 1 - learningRate * weightDecay,
  });
  for (const [parameter, , first, second] of tuples)
    for (const written of [parameter, first, second]) backend.changed(backend.data.get((written as TensorInfo).dataId));
  return [];
});

const emaStep = kernel<Named, EmaStepAttrs>(EmaStep, (inputs, { count, decay }, backend) => {
  const tuples = Array.from({ length: count }, (_, i) => [member(inputs, 'shadow', i), member(inputs, 'parameter', i)]);
  const { table, chunks } = chunkTable(backend, tuples);
  backend.engine.run(jobs.ema, chunks, { table, decay, rest: 1 - decay });
  for (const [shadow] of tuples) backend.changed(backend.data.get((shadow as TensorInfo).dataId));
  return [];
});

/** Sums up chunks, then their sums in order, in float64: the same whichever thread ran which chunk. */
const globalNorm = kernel<GlobalNormInputs, object>(GlobalNorm, (inputs, _, backend) => {
  const { table, chunks } = chunkTable(
    backend,
    Object.values(inputs).map((tensor) => [tensor]),
  );
  const y = backend.output([], 'float32');
  const partial = backend.engine.scratch(SCRATCH.partial, Math.max(1, chunks) * 4);
  backend.engine.run(jobs.sumSquares, chunks, { table, partial });
  const sum = backend.engine.float32(partial, chunks).reduce((a, b) => a + b, 0);
  backend.engine.float32(backend.address(y), 1)[0] = Math.sqrt(sum);
  return y;
});

export const optimizerKernels = [adamWStep, emaStep, globalNorm];
