import { type Times, timeSteps } from '../web/steps';
import type { Step } from '../web/task';

/** A model for onnxruntime, and the step that is taken with it: sampling, one prediction. */
export type OnnxTask = Step &
  Times & {
    /** Where the model is: a path for a process, an address for a page. */
    readonly model: string;
  };

/** What is used of onnxruntime, in a page and in Node. */
export type Runtime = {
  readonly Tensor: new (type: 'float32', data: Float32Array, shape: readonly number[]) => unknown;
};
export type Session = { run(feeds: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, unknown>>> };

/** Times predictions by onnxruntime, whose outputs `settle` is given. */
export function timePredictions(
  { Tensor }: Runtime,
  session: Session,
  settle: (outputs: Readonly<Record<string, unknown>>) => Promise<unknown>,
  { batch, size, ...times }: OnnxTask,
): Promise<number[]> {
  const count = batch * 3 * size * size;
  const feeds = {
    sample: new Tensor('float32', Float32Array.from({ length: count }, Math.random), [batch, 3, size, size]),
    timestep: new Tensor('float32', new Float32Array(batch).fill(500), [batch]),
  };
  let outputs: Readonly<Record<string, unknown>> = {};
  const step = async () => {
    outputs = await session.run(feeds);
  };
  return timeSteps(step, () => settle(outputs), times);
}
