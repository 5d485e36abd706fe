import * as tf from '@tensorflow/tfjs-core';
import type { ConformanceCase } from './conformance-case';

/** Bounds are of first order and take the functions of a machine at their word; the second is for what they leave out. */
const SAFETY = 2;
const UNIT = 2 ** -24;
/** Below float32's normal numbers, backends may flush to 0. */
const TINY = 2 ** -126;

/**
 * Runs a case on the current backend and throws what is wrong: a shape, an element out of its bound, a tensor left behind.
 *
 * @param options own: names of the kernels that the backend brings; those of them that the case is about must have run
 * @returns the share of its bound that the worst element used
 * @throws Error that names output, element, value and bound
 */
export async function checkConformance(
  one: ConformanceCase,
  { own = new Set() }: { own?: ReadonlySet<string> } = {},
): Promise<number> {
  const inputs = one.inputs();
  const before = tf.memory().numTensors;
  const { outputs, ran } = recordingKernels(() =>
    tf.tidy(() => {
      const tensors = inputs.map(({ shape, values }) => tf.tensor(values, [...shape]));
      return [one.run(...tensors)].flat();
    }),
  );
  const idle = one.kernels.filter((name) => own.has(name) && !ran.has(name));
  if (idle.length > 0) throw new Error(`${one.name}: the kernel ${idle[0]} did not run, only ${[...ran].join(', ')}.`);
  const got = await Promise.all(outputs.map((tensor) => tensor.data()));
  const shapes = outputs.map(({ shape }) => shape);
  tf.dispose(outputs);
  const left = tf.memory().numTensors - before;
  if (left !== 0) throw new Error(`${one.name}: ${left} tensors are left.`);

  const expected = one.expected(...inputs);
  if (got.length !== expected.length) throw new Error(`${one.name}: ${got.length} outputs, not ${expected.length}.`);
  let worst = 0;
  expected.forEach(({ shape, values }, output) => {
    const place = `${one.name}: output ${output}`;
    if (String(shapes[output]) !== String(shape)) throw new Error(`${place} is [${shapes[output]}], not [${shape}].`);
    values.forEach(({ value, error }, i) => {
      const actual = (got[output] as ArrayLike<number>)[i] as number;
      if (Object.is(actual, value) || actual === value || actual === Math.fround(value)) return;
      const bound = SAFETY * UNIT * (error + Math.abs(value)) + TINY; // and the rounding to float32
      const used = Math.abs(actual - value) / bound;
      if (!(used <= 1)) throw new Error(`${place}, element ${i} of [${shape}] is ${actual}, not ${value} ± ${bound}.`);
      worst = Math.max(worst, used);
    });
  });
  return worst;
}

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
