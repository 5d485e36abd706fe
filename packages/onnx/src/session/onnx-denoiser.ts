import type { Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { OnnxError } from '../errors';
import { feed } from './feed';
import type { OnnxSession } from './session';

/** A denoiser of `@denoiser/samplers` that answers later. Labels [B] are int32, −1 for none. */
export type OnnxDenoiser = (
  x: Tensor4D,
  time: Tensor1D,
  conditioning?: { readonly labels?: Tensor1D },
) => Promise<Tensor4D>;

/** What a session's inputs and its output are called; default as `exportOnnx` and diffusers call them. */
export interface OnnxNames {
  readonly sample?: string;
  readonly timestep?: string;
  readonly labels?: string;
  readonly output?: string;
}

/**
 * Makes a session of an ONNX runtime a denoiser: images go in as `sample` [B, C, H, W], times as `timestep` [B], classes as
 * `class_labels` [B], and `out_sample` comes back, as [B, H, W, C] here. The session is borrowed. One call follows the other, since
 * sessions take one at a time.
 *
 * @throws DenoiserError (`session-unfit`) if the session has no such inputs or others.
 */
export function onnxDenoiser(session: OnnxSession, names: OnnxNames = {}): OnnxDenoiser {
  const { sample = 'sample', timestep = 'timestep', labels = 'class_labels', output = 'out_sample' } = names;
  const takesLabels = session.inputNames.includes(labels);
  checkNames('inputs', session.inputNames, [sample, timestep, ...(takesLabels ? [labels] : [])]);
  checkNames('outputs', session.outputNames, [output]);
  const typeOf = (input: string, otherwise: string) =>
    session.inputMetadata?.find(({ name }) => name === input)?.type ?? otherwise;
  const numbers = async (name: string, type: string, tensor: tf.Tensor) =>
    feed(name, typeOf(name, type), (await tensor.data()) as Float32Array | Int32Array, tensor.shape);

  let before: Promise<unknown> = Promise.resolve();
  return (x, time, conditioning) => {
    const call = async () => {
      const given = takesLabels ? await labelsOf(x.shape, conditioning?.labels) : refuseLabels(conditioning?.labels);
      const image = tf.tidy(() => tf.transpose(x, [0, 3, 1, 2])); // [B, C, H, W]
      try {
        const results = await session.run({
          [sample]: await numbers(sample, 'float32', image),
          [timestep]: await numbers(timestep, 'float32', time),
          ...(given && { [labels]: feed(labels, typeOf(labels, 'int64'), given.values, given.shape) }),
        });
        return imageOf(results[output]);
      } finally {
        image.dispose();
      }
    };
    const answer = before.then(call);
    before = answer.catch(() => {});
    return answer;
  };
}

/** Labels for a session that takes them: of no class where none are given. */
async function labelsOf([batch]: readonly number[], labels: Tensor1D | undefined) {
  if (!labels) return { values: new Int32Array(batch as number).fill(-1), shape: [batch as number] };
  return { values: (await labels.data()) as Int32Array, shape: labels.shape };
}

function refuseLabels(labels: Tensor1D | undefined): undefined {
  if (!labels) return undefined;
  throw new OnnxError('session-unfit', 'Labels were given to a model without classes; leave them out.');
}

/** The session's output [B, C, H, W] as [B, H, W, C]. */
function imageOf(output: { readonly dims: readonly number[]; readonly data: unknown } | undefined): Tensor4D {
  const { dims = [], data } = output ?? {};
  if (!(data instanceof Float32Array) || dims.length !== 4) {
    throw new OnnxError(
      'session-unfit',
      `The model's output is no image of float32 numbers but of the shape [${dims}]; export it with a float32 output [B, C, H, W].`,
    );
  }
  return tf.tidy(() => tf.transpose(tf.tensor4d(data, [...dims] as Tensor4D['shape']), [0, 2, 3, 1]));
}

function checkNames(kind: string, found: readonly string[], wanted: readonly string[]): void {
  const missing = wanted.filter((name) => !found.includes(name));
  const others = kind === 'inputs' ? found.filter((name) => !wanted.includes(name)) : [];
  if (missing.length === 0 && others.length === 0) return;
  const list = (names: readonly string[]) => names.map((name) => JSON.stringify(name)).join(', ');
  throw new OnnxError(
    'session-unfit',
    `The model has the ${kind} ${list(found)}, and a denoiser has ${list(wanted)}; say in \`names\` what they are called, or export the model so.`,
  );
}
