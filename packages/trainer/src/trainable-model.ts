import { describeValue, isObject } from '@denoiser/errors';
import { type InitialValues, initialValues } from '@denoiser/ops';
import { type TensorEntry, type TensorFile, type TensorList, toFloat32Array } from '@denoiser/safetensors';
import type { Conditioning } from '@denoiser/samplers';
import * as tf from '@tensorflow/tfjs-core';
import { TrainerError } from './errors';
import { badOption } from './options/settings';
import type { TrainableDenoiser, TrainableModel } from './types';

/** A network of one's own: a `TrainableModel` that `dispose` frees. */
export type OwnModel = TrainableModel & { dispose(): void };

type Named = {
  /** The network's name in checkpoints. A checkpoint with another name or another `config` is refused. */
  readonly name: string;
  /** JSON that describes the network, such as its widths. Default null. */
  readonly config?: unknown;
};

/** A function of x [B, H, W, C], time [B] and variables. The variables become the model's: `dispose` frees them. */
export type FunctionModel<Variables extends Readonly<Record<string, tf.Variable>>> = Named & {
  readonly variables: Variables;
  readonly predict: (
    x: tf.Tensor4D,
    time: tf.Tensor1D,
    conditioning: Conditioning,
    variables: { readonly [Name in keyof Variables]: tf.Tensor },
  ) => tf.Tensor4D;
};

/** A layer of `@denoiser/unet`, or of the same form. The layer says how its parameters begin; files have PyTorch's layouts. */
export type LayerModel = Named & {
  readonly layer: {
    readonly parameters: ReadonlyMap<
      string,
      {
        readonly shape: readonly number[];
        readonly layout: 'same' | 'matrix' | 'filter';
        readonly initial: InitialValues;
      }
    >;
    bind(
      parameter: (name: string) => tf.Tensor,
    ): (x: tf.Tensor4D, time: tf.Tensor1D, labels?: tf.Tensor1D) => tf.Tensor;
  };
  /** Decides the first weights. Default 0. */
  readonly seed?: number;
};

/**
 * A tf.layers model with two inputs, x [B, H, W, C] and time [B, 1], or three, with labels [B, 1]. It stays the caller's:
 * `dispose` does not free it.
 */
export type LayersModel = Named & {
  readonly layersModel: {
    readonly weights: readonly { readonly originalName: string; read(): tf.Tensor }[];
    readonly inputs: readonly unknown[];
    apply(inputs: tf.Tensor[], options?: { training?: boolean }): unknown;
    setWeights(weights: tf.Tensor[]): void;
  };
};

/**
 * Makes a function with variables, a layer, or a tf.layers model into a network for `createTrainer`:
 *
 * `trainableModel({ name: 'scale', variables: { s }, predict: (x, time, _, { s }) => tf.mul(x, s) })`
 *
 * @throws DenoiserError `model-invalid` if a tf.layers model takes other inputs, or two of its weights have one name.
 */
export function trainableModel<Variables extends Readonly<Record<string, tf.Variable>>>(
  source: FunctionModel<Variables> | LayerModel | LayersModel,
): OwnModel {
  if (!isObject(source) || !('layer' in source || 'layersModel' in source || 'predict' in source)) {
    throw badOption(
      `trainableModel makes one of an object with \`layer\`, \`layersModel\`, or \`variables\` and \`predict\`, not of ${describeValue(source)}.`,
    );
  }
  if ('layer' in source) return layerModel(source);
  if ('layersModel' in source) return layersModel(source);
  return functionModel(source);
}

function functionModel<Variables extends Readonly<Record<string, tf.Variable>>>(
  source: FunctionModel<Variables>,
): OwnModel {
  const parameters = new Map<string, tf.Variable>(Object.entries(source.variables));
  return modelOf(source, parameters, {
    denoiser: (tensors) => {
      const variables = Object.fromEntries(tensors) as { [Name in keyof Variables]: tf.Tensor };
      return (x, time, conditioning = {}) => tf.tidy(() => source.predict(x, time, conditioning, variables));
    },
  });
}

function layerModel(source: LayerModel): OwnModel {
  const { layer, seed = 0 } = source;
  const parameters = new Map<string, tf.Variable>();
  for (const [name, spec] of layer.parameters) {
    const first = tf.tensor(initialValues(name, spec, seed), [...spec.shape], 'float32');
    parameters.set(name, tf.variable(first));
    first.dispose();
  }
  return modelOf(source, parameters, {
    denoiser(tensors) {
      const call = layer.bind((name) => tensors.get(name) as tf.Tensor);
      return (x, time, { labels } = {}) => tf.tidy(() => call(x, time, labels) as tf.Tensor4D);
    },
    fileOrder: (name) => FILE_ORDER[layer.parameters.get(name)?.layout ?? 'same'],
  });
}

/** The order of memory's axes in PyTorch's files: HWIO → OIHW, [in, out] → [out, in]. */
const FILE_ORDER: Readonly<Record<'same' | 'matrix' | 'filter', readonly number[] | undefined>> = {
  same: undefined,
  matrix: [1, 0],
  filter: [3, 2, 0, 1],
};

const inverse = (order: readonly number[] | undefined) => order?.map((_, axis) => order.indexOf(axis));

const inOrder = (tensor: tf.Tensor, order: readonly number[] | undefined): tf.Tensor =>
  order ? tf.transpose(tensor, [...order]) : tf.clone(tensor);

function layersModel(source: LayersModel): OwnModel {
  const { layersModel: model, name } = source;
  const inputs = model.inputs.length;
  if (inputs !== 2 && inputs !== 3) {
    throw new TrainerError(
      'model-invalid',
      `The tf.layers model ${name} has ${inputs} inputs; it needs two, x and time, or three, with labels.`,
    );
  }
  const parameters = new Map(model.weights.map((weight) => [weight.originalName, weight.read() as tf.Variable]));
  if (parameters.size !== model.weights.length) {
    throw new TrainerError(
      'model-invalid',
      `Two weights of the tf.layers model ${name} have one name; name its layers.`,
    );
  }
  const run = (x: tf.Tensor4D, time: tf.Tensor1D, labels: tf.Tensor1D | undefined): tf.Tensor4D =>
    tf.tidy(() => {
      const column = (values: tf.Tensor) => tf.reshape(values, [-1, 1]);
      const none = () => tf.fill([x.shape[0]], -1);
      const given = inputs === 2 ? [x, column(time)] : [x, column(time), column(tf.cast(labels ?? none(), 'float32'))];
      return model.apply(given, { training: false }) as tf.Tensor4D;
    });
  return modelOf(
    source,
    parameters,
    {
      denoiser:
        (tensors) =>
        (x, time, { labels } = {}) => {
          if (tensors === parameters) return run(x, time, labels);
          // The model computes with its own weights alone: others are put in their place for the call.
          const live = [...parameters.values()].map((weight) => tf.clone(weight));
          model.setWeights([...parameters.keys()].map((key) => tensors.get(key) as tf.Tensor));
          try {
            return run(x, time, labels);
          } finally {
            model.setWeights(live);
            tf.dispose(live);
          }
        },
    },
    () => {}, // the weights are the model's
  );
}

type Conversions = {
  denoiser(tensors: ReadonlyMap<string, tf.Tensor>): TrainableDenoiser;
  /** Returns the order of a parameter's axes in files. Default: as in memory. */
  fileOrder?(name: string): readonly number[] | undefined;
};

function modelOf(
  { name, config = null }: Named,
  parameters: ReadonlyMap<string, tf.Variable>,
  { denoiser, fileOrder = () => undefined }: Conversions,
  dispose = () => tf.dispose([...parameters.values()]),
): OwnModel {
  const shapeOf = (key: string): readonly number[] => {
    const { shape } = parameters.get(key) as tf.Variable;
    return fileOrder(key)?.map((axis) => shape[axis] as number) ?? shape;
  };
  async function entryOf(key: string, given: tf.Tensor): Promise<TensorEntry> {
    const tensor = inOrder(given, fileOrder(key));
    try {
      return { dtype: 'F32', shape: tensor.shape, data: Float32Array.from(await tensor.data()) };
    } finally {
      tensor.dispose();
    }
  }
  const tensorOf = (key: string, entry: TensorEntry): tf.Tensor =>
    tf.tidy(() => inOrder(tf.tensor(toFloat32Array(entry), entry.shape), inverse(fileOrder(key))));
  function check(list: Pick<TensorList, 'tensors'>): void {
    checkNames(name, list, parameters);
    for (const key of parameters.keys()) {
      const [found, wanted] = [list.tensors.get(key)?.shape ?? [], shapeOf(key)];
      if (found.join() === wanted.join()) continue;
      throw new TrainerError(
        'parameters-mismatch',
        `${key} of the file is [${found.join(', ')}], and the network ${name} has [${wanted.join(', ')}]; make the network as the file's was.`,
      );
    }
  }
  return {
    architecture: { name, config },
    parameters,
    denoiser: (tensors = parameters) => denoiser(tensors),
    async exportParameters(tensors) {
      const file: TensorFile = { metadata: { 'denoiser.architecture': name }, tensors: new Map() };
      for (const key of parameters.keys()) file.tensors.set(key, await entryOf(key, tensors.get(key) as tf.Tensor));
      return file;
    },
    importParameters(file) {
      check(file);
      return new Map([...parameters.keys()].map((key) => [key, tensorOf(key, file.tensors.get(key) as TensorEntry)]));
    },
    inFiles: {
      shapeOf,
      entryOf,
      open(weights) {
        check(weights);
        return async (key) => tensorOf(key, await weights.read(key));
      },
    },
    dispose,
  };
}

function checkNames(
  name: string,
  { tensors }: Pick<TensorList, 'tensors'>,
  parameters: ReadonlyMap<string, tf.Variable>,
): void {
  const missing = [...parameters.keys()].filter((key) => !tensors.has(key));
  const extra = [...tensors.keys()].filter((key) => !parameters.has(key));
  if (missing.length + extra.length === 0) return;
  const faults = [
    missing.length > 0 && `lacks ${missing.join(', ')}`,
    extra.length > 0 && `has unknown ${extra.join(', ')}`,
  ];
  throw new TrainerError(
    'parameters-mismatch',
    `The file does not fit the network ${name}: it ${faults.filter(Boolean).join(' and ')}; make the network as the file's was.`,
  );
}
