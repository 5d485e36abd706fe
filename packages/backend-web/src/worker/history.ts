import { readSafetensors, type TensorEntry, writeSafetensors } from '@denoiser/safetensors';
import type { CheckpointStore } from '@denoiser/trainer';
import type { SamplesEvent, TrainingEvent } from '../protocol/training';

type History = Extract<TrainingEvent, { type: 'history' }>;

/** What a run has shown so far, for people who come back to it. */
export interface RunHistory {
  /** Takes note of losses and samples. What comes a second time takes the place of the first, and of all after it. */
  note(event: TrainingEvent): void;
  /**
   * Returns a store whose checkpoints hold what was noted as well: it stays or goes with them. Samples that
   * are drawn after a checkpoint of the same step are in the next one.
   */
  keptIn(store: CheckpointStore): CheckpointStore;
  /** Returns what a checkpoint holds, noted again; nothing where it is none of those. */
  recall(store: CheckpointStore, step: number): Promise<History | undefined>;
}

const FILE = 'history.safetensors';
/** Samples that are kept: where there are more, every second one goes. */
const MOST_SAMPLES = 24;

export function createHistory(): RunHistory {
  let steps: number[] = [];
  let losses: number[] = [];
  let samples: SamplesEvent[] = [];

  function note(event: TrainingEvent): void {
    if (event.type === 'progress') {
      const first = event.losses[0]?.step ?? Infinity;
      const before = steps.findIndex((step) => step >= first);
      if (before >= 0) [steps, losses] = [steps.slice(0, before), losses.slice(0, before)];
      samples = samples.filter(({ step }) => step < first);
      for (const { step, loss } of event.losses) {
        steps.push(step);
        losses.push(loss);
      }
    }
    if (event.type === 'samples') {
      // A copy: the event's own goes to the page.
      samples = [...samples.filter(({ step }) => step < event.step), { ...event, pixels: event.pixels.slice() }];
      if (samples.length > MOST_SAMPLES) samples = samples.filter((_, i) => i % 2 === 0 || i === samples.length - 1);
    }
  }

  return {
    note,
    keptIn: ({ write, ...store }) => ({
      ...store,
      write: (step, files) => write(step, new Map([...files, [FILE, encode({ steps, losses, samples })]])),
    }),
    async recall(store, step) {
      let found: History;
      try {
        found = decode(await store.read(step, FILE));
      } catch {
        return undefined; // of a run of before, or damaged: training needs none of it
      }
      steps = found.losses.map((record) => record.step);
      losses = found.losses.map((record) => record.loss);
      samples = [...found.samples];
      return found;
    },
  };
}

function encode(o: {
  readonly steps: readonly number[];
  readonly losses: readonly number[];
  readonly samples: readonly SamplesEvent[];
}): Uint8Array {
  const tensors = new Map<string, TensorEntry>([
    ['steps', { dtype: 'I32', shape: [o.steps.length], data: Int32Array.from(o.steps) }],
    ['losses', { dtype: 'F32', shape: [o.losses.length], data: Float32Array.from(o.losses) }],
  ]);
  for (const { step, pixels, labels, count, imageShape } of o.samples) {
    const shape = [count, ...imageShape.slice(0, 2), 4];
    tensors.set(`samples.${step}`, { dtype: 'U8', shape, data: new Uint8Array(pixels.buffer) });
    tensors.set(`labels.${step}`, { dtype: 'I32', shape: [count], data: Int32Array.from(labels) });
  }
  const channels = String(o.samples[0]?.imageShape[2] ?? 3);
  return writeSafetensors({ metadata: { channels }, tensors });
}

/** @throws where it is not what `encode` writes. */
function decode(bytes: Uint8Array): History {
  const { tensors, metadata } = readSafetensors(bytes);
  const channels = metadata.channels === '1' ? 1 : 3;
  const arrayOf = (name: string, dtype: 'I32' | 'F32' | 'U8', rank: number) => {
    const tensor = tensors.get(name);
    if (tensor?.dtype !== dtype || tensor.shape.length !== rank) throw new Error(`${name} is no history`);
    return { shape: tensor.shape, values: tensor.data as Int32Array | Float32Array | Uint8Array };
  };
  const [steps, losses] = [arrayOf('steps', 'I32', 1).values, arrayOf('losses', 'F32', 1).values];
  if (steps.length !== losses.length) throw new Error('there are more steps than losses, or fewer');
  const samples = [...tensors.keys()].flatMap((name): SamplesEvent | [] => {
    const step = Number(/^samples\.(\d+)$/.exec(name)?.[1]);
    if (!Number.isSafeInteger(step)) return [];
    const { shape, values } = arrayOf(name, 'U8', 4);
    const [count, height, width, colours] = shape as [number, number, number, number];
    const labels = Array.from(arrayOf(`labels.${step}`, 'I32', 1).values);
    if (labels.length !== count || colours !== 4) throw new Error(`${name} is no history`);
    return {
      type: 'samples',
      step,
      count,
      imageShape: [height, width, channels],
      labels,
      pixels: new Uint8ClampedArray(values),
    };
  });
  return {
    type: 'history',
    losses: Array.from(steps, (step, i) => ({ step, loss: losses[i] as number })),
    samples: samples.sort((a, b) => a.step - b.step),
  };
}
