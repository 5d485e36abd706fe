import type { NamedAttrMap, Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

/** The inputs of a kernel as tensors: optional ones stay optional. */
export type TensorsOf<Inputs> = { [Name in keyof Inputs]: Tensor };

/** A kernel by name, with the implementation that serves every backend that has none of its own. */
export type Kernel<Inputs, Attrs> = {
  readonly name: string;
  readonly reference: (inputs: TensorsOf<Inputs>, attrs: Attrs) => Tensor[];
};

/** Runs a kernel on the current backend; a backend that lacks it gets the reference, once. */
export function runKernel<Inputs extends object, Attrs extends object>(
  kernel: Kernel<Inputs, Attrs>,
  inputs: TensorsOf<Inputs>,
  attrs: Attrs,
): Tensor[] {
  if (!hasKernel(kernel.name)) {
    tf.registerKernel({
      kernelName: kernel.name,
      backendName: tf.getBackend(),
      kernelFunc: (call) =>
        tf.tidy(() =>
          kernel.reference(call.inputs as unknown as TensorsOf<Inputs>, call.attrs as unknown as Attrs),
        ) as TensorInfo[],
    });
  }
  return runOwnKernel(kernel.name, inputs as Record<string, Tensor | undefined>, attrs);
}

/** Runs a kernel that the current backend has. */
export function runOwnKernel(name: string, inputs: Record<string, Tensor | undefined>, attrs: object): Tensor[] {
  const present = Object.fromEntries(Object.entries(inputs).filter(([, tensor]) => tensor)) as Record<string, Tensor>;
  const outputs: Tensor | Tensor[] = tf.engine().runKernel(name, present, attrs as NamedAttrMap);
  return Array.isArray(outputs) ? outputs : [outputs];
}

/** Whether the current backend has a kernel of that name. */
export function hasKernel(name: string): boolean {
  if (!tf.getBackend()) tf.backend(); // initializes the default backend
  return tf.getKernel(name, tf.getBackend()) != null;
}

/**
 * Runs one op with an analytic gradient. `forward` gives the op's output first; `save` names the tensors that `backward`
 * needs, and only those are kept; `backward` gives the gradient of each of `inputs` that is there, in order, each a new tensor.
 *
 * tfjs's gradient registry can't save an input that is sometimes absent (a residual, a bias) and fills the gradients of
 * unused outputs with zeros, so the gradients of this package hang on `customGrad` instead.
 */
export function differentiable<Saved extends { readonly [name: string]: Tensor | undefined }>(op: {
  readonly inputs: readonly (Tensor | undefined)[];
  readonly forward: () => Tensor[];
  readonly save: (outputs: Tensor[]) => Saved;
  readonly backward: (dy: Tensor, saved: Saved) => Tensor[];
}): Tensor {
  const inputs = op.inputs.filter((input) => input !== undefined);
  const custom = tf.customGrad((...args) => {
    const keep = args[inputs.length] as (tensors: Tensor[]) => void;
    const outputs = op.forward();
    const saved = Object.entries(op.save(outputs)).filter((entry): entry is [string, Tensor] => entry[1] !== undefined);
    keep(saved.map(([, tensor]) => tensor));
    const names = saved.map(([name]) => name);
    return {
      value: outputs[0],
      gradFunc: (dy, kept) => op.backward(dy, Object.fromEntries(names.map((name, i) => [name, kept[i]])) as Saved),
    };
  });
  return custom(...inputs);
}
