import { engine, keep, type Tensor, type TensorInfo } from '@tensorflow/tfjs-core';
import type { Replayed } from './replaying';

/** What a call ran, written down, and the memory in which it did so: that stays the recording's until `release`. */
export interface Recording {
  /** Whether all that it reads and writes is still where it was. */
  isInPlace(): boolean;
  play(): void;
  release(): void;
}

/** What a backend offers so that work is recorded on it. */
export interface Recorder {
  /** Whether kernels are run for their results now, not to be timed or compiled, and tensors are such as a recording reads. */
  canRecord(given: readonly Tensor[]): boolean;
  copy(tensor: TensorInfo): Tensor;
  copyInto(from: TensorInfo, to: TensorInfo): void;
  /** Does work, of which nothing but its result is left; no recording where something was done that commands alone cannot do again. */
  record(work: () => Tensor): { readonly output: Tensor; readonly recording: Recording | undefined };
}

type Plan = {
  /** In whose places the work finds what it is given. */
  readonly inputs: readonly Tensor[];
  readonly output: Tensor;
  readonly recording: Recording;
};

/** How often one may record in vain: the first calls may put tensors and working memory where the later ones find them. */
const ATTEMPTS = 3;

/**
 * Returns work of tensors, of which a call runs the same kernels whenever the inputs have the same shapes: one is recorded, later ones are
 * its commands once more, which takes a fraction of the time in JavaScript. Memory of the way is kept until `dispose`.
 */
export function replayedBy(recorder: Recorder, work: (...inputs: Tensor[]) => Tensor): Replayed {
  const plans = new Map<string, Plan>();
  let attempts = ATTEMPTS;

  function forget(key: string, { inputs, output, recording }: Plan): void {
    plans.delete(key);
    for (const tensor of [...inputs, output]) tensor.dispose();
    recording.release();
  }

  function record(key: string, given: readonly Tensor[]): Tensor {
    const inputs = given.map((tensor) => keep(recorder.copy(tensor)));
    try {
      const { output, recording } = recorder.record(() => work(...inputs));
      if (recording && !inputs.some(({ dataId }) => dataId === output.dataId)) {
        plans.set(key, { inputs, output: keep(output), recording });
        attempts = ATTEMPTS;
        return recorder.copy(output);
      }
      recording?.release();
      return inputs.includes(output) ? recorder.copy(output) : output;
    } finally {
      if (!plans.has(key)) {
        attempts--;
        for (const input of inputs) input.dispose();
      }
    }
  }

  return {
    call(...given) {
      if (attempts <= 0 || engine().state.gradientDepth > 0 || !recorder.canRecord(given)) return work(...given);
      const key = given.map(({ dtype, shape }) => `${dtype} ${shape}`).join();
      const plan = plans.get(key);
      if (plan?.recording.isInPlace()) {
        for (const [i, tensor] of given.entries()) recorder.copyInto(tensor, plan.inputs[i] as Tensor);
        plan.recording.play();
        return recorder.copy(plan.output);
      }
      if (plan) forget(key, plan);
      return record(key, given);
    },
    dispose() {
      attempts = 0;
      for (const [key, plan] of plans) forget(key, plan);
    },
  };
}
