import * as tf from '@tensorflow/tfjs-core';
import type { ConformanceCase, Expected, Numbers } from './conformance-case';
import { UNDERFLOW } from './tracked';

/** Bounds are of first order and take the functions of a machine at their word; the second is for what they leave out. */
const SAFETY = 2;
const UNIT = 2 ** -24;

type Output = { readonly shape: readonly number[]; readonly dtype: string; readonly values: ArrayLike<number> };

/**
 * Runs a case and throws what is wrong: a shape or type, an element out of its bound, a tensor left behind.
 *
 * @param options backends: names of those to run on, default the current one; own: names of the kernels that the backend
 * brings, of which those that the case is about must have run; repeatable: whether a second run has to give the same bits
 * @returns the share of its bound that the worst element used
 * @throws Error that names output, element, value and bound
 */
export async function checkConformance(
  one: ConformanceCase,
  options: { backends?: readonly string[]; own?: ReadonlySet<string>; repeatable?: boolean } = {},
): Promise<number> {
  const { backends = [tf.getBackend()], own = new Set(), repeatable = false } = options;
  const inputs = one.inputs();
  const expected = one.expected(...inputs);
  let worst = 0;
  for (const backend of backends) {
    await tf.setBackend(backend);
    const compute = () => outputsOf(one, inputs, own);
    const got = await compute();
    const place = `${one.name}, on ${backend}`;
    if (repeatable && !areSame(got, await compute())) throw new Error(`${place}: a second run gives other bits.`);
    worst = Math.max(worst, compare(got, expected, place));
  }
  return worst;
}

/** What a case gives on the current backend. */
async function outputsOf(
  one: ConformanceCase,
  inputs: readonly Numbers[],
  own: ReadonlySet<string>,
): Promise<Output[]> {
  const before = tf.memory().numTensors;
  const tensors = inputs.map(({ shape, values }) => tf.tensor(values, [...shape], 'float32'));
  const run = () => [one.run(...tensors)].flat();
  // Our ops tidy up after themselves: what an op and its gradients leave behind is not hidden by another tidy.
  const { outputs, ran } = recordingKernels(one.hasGradients ? run : () => tf.tidy(run));
  const values = await Promise.all(outputs.map((tensor) => tensor.data()));
  const got = outputs.map(({ shape, dtype }, i) => ({ shape, dtype, values: values[i] as ArrayLike<number> }));
  tf.dispose([outputs, tensors]);
  const isFused = one.fused?.some((name) => ran.has(name));
  const idle = isFused ? [] : one.kernels.filter((name) => own.has(name) && !ran.has(name));
  if (idle.length > 0) throw new Error(`${one.name}: the kernel ${idle[0]} did not run, only ${[...ran].join(', ')}.`);
  const left = tf.memory().numTensors - before;
  if (left !== 0) throw new Error(`${one.name}: ${left} tensors are left.`);
  return got;
}

function compare(got: readonly Output[], expected: readonly Expected[], where: string): number {
  if (got.length !== expected.length) throw new Error(`${where}: ${got.length} outputs, not ${expected.length}.`);
  let worst = 0;
  expected.forEach(({ shape, values, dtype = 'float32' }, output) => {
    const place = `${where}: output ${output}`;
    const actual = got[output] as Output;
    if (String(actual.shape) !== String(shape)) throw new Error(`${place} is [${actual.shape}], not [${shape}].`);
    if (actual.dtype !== dtype) throw new Error(`${place} is of ${actual.dtype}, not ${dtype}.`);
    values.forEach(({ value, error }, i) => {
      const number = actual.values[i] as number;
      if (Object.is(number, value) || number === value || number === Math.fround(value)) return;
      const bound = SAFETY * UNIT * (error + Math.abs(value) + UNDERFLOW); // and the rounding to float32
      const used = Math.abs(number - value) / bound;
      if (!(used <= 1)) throw new Error(`${place}, element ${i} of [${shape}] is ${number}, not ${value} ± ${bound}.`);
      worst = Math.max(worst, used);
    });
  });
  return worst;
}

const areSame = (a: readonly Output[], b: readonly Output[]): boolean =>
  a.every(({ values }, output) => Array.from(values).every((value, i) => Object.is(value, b[output]?.values[i])));

/** Runs `compute` and notes the names of the kernels that tfjs is asked for. */
function recordingKernels(compute: () => tf.Tensor[]): { outputs: tf.Tensor[]; ran: Set<string> } {
  const engine = tf.engine();
  const { runKernel } = engine;
  const ran = new Set<string>();
  engine.runKernel = function (this: typeof engine, ...call: Parameters<typeof runKernel>) {
    ran.add(call[0]);
    return runKernel.apply(this, call);
  } as typeof runKernel;
  try {
    return { outputs: compute(), ran };
  } finally {
    engine.runKernel = runKernel;
  }
}
