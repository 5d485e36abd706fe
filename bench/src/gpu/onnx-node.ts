import ort from 'onnxruntime-node';
import { nothing } from '../web/counter';
import type { Measurement } from '../web/task';
import { type OnnxTask, timePredictions } from './onnx-steps';

/** onnxruntime-node's WebGPU, on a Dawn of its own. What it gives has been read back, of which a picture takes little. */
export async function timeOnnx(task: OnnxTask): Promise<Measurement> {
  const options = { executionProviders: ['webgpu'], logSeverityLevel: 3 } as const;
  const session = await ort.InferenceSession.create(task.model, options);
  const ms = await timePredictions(ort as never, session as never, async () => {}, task);
  return { counts: nothing(), ms };
}
