import { DenoiserError, normals, STREAMS, uniforms } from '@denoiser/ops';
import { type TensorEntry, type TensorFile, toFloat32Array } from '@denoiser/safetensors';
import {
  add,
  cast,
  clone,
  dispose,
  reshape,
  type Tensor,
  type Tensor1D,
  type Tensor4D,
  tensor,
  tidy,
  transpose,
  type Variable,
  variable,
  zeros,
} from '@tensorflow/tfjs-core';
import { badOption } from './options/settings';
import type { TrainableDenoiser, TrainableModel } from './types';

/** A layer as `layer` and `compose` of `@denoiser/unet` make them: its parameters, and a network once it has them. */
export type NetworkLayer = {
  readonly parameters: ReadonlyMap<
    string,
    {
      readonly shape: readonly number[];
      readonly layout: keyof typeof TO_FILE;
      readonly initial: { readonly kind: string; readonly value?: number; readonly bound?: number };
    }
  >;
  bind(parameter: (name: string) => Tensor): TrainableDenoiser;
};

/** Variables by name, and a network of their values. */
export type NetworkFunction = {
  readonly variables: Readonly<Record<string, Variable>>;
  readonly network: (values: Readonly<Record<string, Tensor>>) => TrainableDenoiser;
};

/**
 * A model of tf.layers with the inputs x [B, H, W, C], time [B, 1] and, if it has a third, label [B, 1], which is 0 for no
 * class and one more than the class's number otherwise.
 */
export type LayersNetwork = {
  readonly inputs: readonly unknown[];
  readonly trainableWeights: readonly { readonly name: string; read(): Tensor }[];
  readonly nonTrainableWeights: readonly unknown[];
  apply(inputs: never, options?: never): unknown;
};

export type TrainableModelOptions = {
  /** What checkpoints call the network; one of another name is refused on a resume. Default 'own'. */
  readonly name?: string;
  /** JSON that checkpoints hold beside the name, such as the widths of the network; on a resume it must be the same. */
  readonly config?: unknown;
  /** How many classes the network has; labels beyond are refused before they are used. */
  readonly classes?: number;
  /** Decides the initial values of a layer's parameters; default 0. */
  readonly seed?: number;
};

/** A trainable model of one's own. */
export type OwnModel = TrainableModel & {
  /** Frees the parameters. */
  dispose(): void;
};

/**
 * Returns what `createTrainer` trains from a layer of `@denoiser/unet`, from a function with its variables, or from a model
 * of tf.layers: `trainableModel({ variables: { w }, network: ({ w }) => (x) => mul(x, w) })`.
 *
 * @throws DenoiserError for a tf.layers model with weights that are not trained, which checkpoints would lose.
 */
export function trainableModel(
  source: NetworkLayer | NetworkFunction | LayersNetwork,
  { name = 'own', config = {}, classes, seed = 0 }: TrainableModelOptions = {},
): OwnModel {
  const { parameters, layoutOf, denoiserOf } = partsOf(source, seed);
  const inLayout = (name: string, value: Tensor, permutations: typeof TO_FILE) => {
    const permutation = permutations[layoutOf(name)];
    return permutation ? transpose(value, permutation) : clone(value);
  };
  return {
    architecture: { name, config },
    parameters,
    denoiser: (values: ReadonlyMap<string, Tensor> = parameters) => denoiserOf(values),
    async exportParameters(values) {
      const tensors = new Map<string, TensorEntry>();
      for (const [name, value] of values) {
        const turned = tidy(() => inLayout(name, value, TO_FILE));
        const data = Float32Array.from(await turned.data());
        tensors.set(name, { dtype: 'F32', shape: turned.shape, data });
        turned.dispose();
      }
      return { metadata: { format: 'pt' }, tensors };
    },
    importParameters: (file) => {
      const values = new Map<string, Tensor>();
      try {
        for (const [name, { shape }] of parameters) {
          const value = tidy(() => {
            const entry = entryOf(file, name);
            return inLayout(name, tensor(toFloat32Array(entry), [...entry.shape]), FROM_FILE);
          });
          values.set(name, value);
          if (`${value.shape}` !== `${shape}`) throw mismatch(`${name} is [${value.shape}] there and [${shape}] here`);
        }
        return values;
      } catch (error) {
        dispose([...values.values()]);
        throw error;
      }
    },
    ...(classes !== undefined && { checkLabels: (labels: ArrayLike<number>) => checkLabels(labels, classes) }),
    dispose() {
      for (const parameter of parameters.values()) parameter.dispose();
    },
  };
}

type Parts = {
  readonly parameters: ReadonlyMap<string, Variable>;
  readonly layoutOf: (name: string) => keyof typeof TO_FILE;
  readonly denoiserOf: (values: ReadonlyMap<string, Tensor>) => TrainableDenoiser;
};

/** How axes turn on the way to PyTorch's layout and back: [in, out] → [out, in], HWIO → OIHW. */
const TO_FILE: Readonly<Record<'same' | 'matrix' | 'filter', number[] | undefined>> = {
  same: undefined,
  matrix: [1, 0],
  filter: [3, 2, 0, 1],
};
const FROM_FILE: typeof TO_FILE = { same: undefined, matrix: [1, 0], filter: [2, 3, 1, 0] };

function partsOf(source: NetworkLayer | NetworkFunction | LayersNetwork, seed: number): Parts {
  if ('bind' in source) return layerParts(source, seed);
  return 'network' in source ? functionParts(source) : layersParts(source);
}

function layerParts({ parameters: specs, bind }: NetworkLayer, seed: number): Parts {
  const parameters = [...specs].map(([name, { shape, initial }], index): [string, Variable] => {
    const count = shape.reduce((product, size) => product * size, 1);
    const address = { seed, stream: STREAMS.weights, step: 0, index, count };
    const values = (): Float32Array => {
      if (initial.kind === 'normal') return normals(address);
      const { bound = 0, value = 0 } = initial;
      return initial.kind === 'uniform'
        ? Float32Array.from(uniforms(address), (u) => (2 * u - 1) * bound)
        : new Float32Array(count).fill(value);
    };
    return [name, tidy(() => variable(tensor(values(), [...shape], 'float32')))];
  });
  return {
    parameters: new Map(parameters),
    layoutOf: (name) => specs.get(name)?.layout ?? 'same',
    denoiserOf: (values) => bind((name) => values.get(name) as Tensor),
  };
}

function functionParts({ variables, network }: NetworkFunction): Parts {
  return {
    parameters: new Map(Object.entries(variables)),
    layoutOf: () => 'same',
    denoiserOf(values) {
      const run = network(Object.fromEntries(values));
      return (x, time, conditioning) => tidy(() => run(x, time, conditioning));
    },
  };
}

function layersParts(model: LayersNetwork): Parts {
  const { trainableWeights, nonTrainableWeights, inputs } = model;
  if (nonTrainableWeights.length > 0) {
    throw badOption(
      'The tf.layers model has weights that are not trained, which checkpoints would lose; leave batch normalization out, and make all layers trainable.',
    );
  }
  // The layers' own names count on in a process; a place and what the weight is are the same in the next.
  const named = trainableWeights.map((weight, i): [string, Variable] => [
    `${i}.${weight.name.split('/').at(-1)}`,
    weight.read() as Variable,
  ]);
  const parameters = new Map(named);
  const run: TrainableDenoiser = (x, time, conditioning) => {
    const batch = x.shape[0];
    const label = () =>
      conditioning?.labels ? reshape(add(cast(conditioning.labels, 'float32'), 1), [batch, 1]) : zeros([batch, 1]);
    const given = [x, reshape(time, [batch, 1]), ...(inputs.length > 2 ? [label()] : [])].slice(0, inputs.length);
    return model.apply((given.length === 1 ? given[0] : given) as never) as Tensor4D;
  };
  return {
    parameters,
    layoutOf: () => 'same',
    denoiserOf: (values) => (x, time: Tensor1D, conditioning) =>
      tidy(() =>
        values === parameters
          ? run(x, time, conditioning)
          : withValues(parameters, values, () => run(x, time, conditioning)),
      ),
  };
}

/** Runs with other values in a network's variables; `work` is over when it returns, so nobody else sees them. */
function withValues<T>(
  variables: ReadonlyMap<string, Variable>,
  values: ReadonlyMap<string, Tensor>,
  work: () => T,
): T {
  const own = [...variables].map(([name, live]) => ({ name, live, kept: clone(live as Tensor) }));
  try {
    for (const { name, live } of own) live.assign(values.get(name) as Tensor);
    return work();
  } finally {
    for (const { live, kept } of own) {
      live.assign(kept);
      kept.dispose();
    }
  }
}

function entryOf({ tensors }: TensorFile, name: string): TensorEntry {
  const entry = tensors.get(name);
  if (!entry) throw mismatch(`${name} is here and not there`);
  return entry;
}

function mismatch(what: string): DenoiserError {
  return new DenoiserError(
    'weights-mismatch',
    `The weights do not fit this network: ${what}; make the network as it was when they were written.`,
  );
}

function checkLabels(labels: ArrayLike<number>, classes: number): void {
  const wrong = Array.from(labels).find((label) => !Number.isInteger(label) || label < -1 || label >= classes);
  if (wrong === undefined) return;
  throw new DenoiserError(
    'bad-label',
    `There is no class ${wrong}: this network has the classes 0 to ${classes - 1}; −1 stands for none.`,
  );
}
