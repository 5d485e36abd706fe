import { type DrawOptions, drawImages, type Drawing as Steps } from '@denoiser/backend-web';
import { isSwitched } from '../engine/engine';
import { inThePagesWords } from '../ui/in-the-pages-words';
import { samplerOptions } from './samplers';
import {
  announcement,
  busy,
  chosenClass,
  classNames,
  count,
  type Drawing,
  drawing,
  type Frame,
  failure,
  guidance,
  type LoadedModel,
  model,
  nameOfClass,
  sampler,
  seed,
  selected,
  steps,
  variance,
} from './state';

/** What frames of a trajectory may take; longer ones keep every second step, or fewer. */
const FRAME_BYTES = 128 * 2 ** 20;

/** Runs one job of the worker at a time, and says what became of it. */
export async function occupy(
  what: 'pictures' | 'inpainting' | 'row',
  job: (loaded: LoadedModel, signal: AbortSignal) => Promise<string>,
): Promise<void> {
  const loaded = model.value;
  if (!loaded || busy.value) return;
  const controller = new AbortController();
  busy.value = { what, stop: () => controller.abort() };
  failure.value = undefined;
  try {
    announcement.value = 'Drawing has begun.';
    announcement.value = await job(loaded, controller.signal);
  } catch (error) {
    if (controller.signal.aborted || isSwitched(error)) announcement.value = 'Stopped.';
    else failure.value = inThePagesWords(error);
  } finally {
    busy.value = undefined;
  }
}

/** Draws what the controls say; the grids follow step by step. */
export const drawPictures = (): Promise<void> =>
  occupy('pictures', async ({ info }, signal) => {
    const options = samplerOptions(info, { sampler: sampler.value, steps: steps.value, variance: variance.value });
    const labels = labelsOf(chosenClass.value, count.value);
    const [height, width, channels] = info.imageShape;
    // A step evaluates the model twice at most.
    const every = Math.ceil((2 * steps.value * count.value * height * width * 8) / FRAME_BYTES);
    const begun: Drawing = { height, width, channels, labels, captions: labels.map(nameOfClass), frames: [] };
    selected.value = Math.min(selected.value, count.value - 1);
    const began = performance.now();
    const request = { ...options, ...together(count.value), seed: seed.value, send: { every }, signal };
    const total = await follow(drawImages(info, { ...request, ...conditions(labels) }), (frames) => {
      drawing.value = { ...begun, frames };
    });
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    return `Done: ${count.value} ${count.value === 1 ? 'picture' : 'pictures'}, ${total} steps, ${seconds} seconds.`;
  });

/** Follows a drawing and collects its frames, telling of each; returns the number of evaluations. */
export async function follow(steps: Steps, onFrames: (frames: readonly Frame[]) => void): Promise<number> {
  const frames: Frame[] = [];
  let evaluations = 0;
  for await (const { index, total, time, pixels } of steps) {
    evaluations = total;
    if (!pixels.x || !pixels.x0) continue;
    frames.push({ index, total, time, x: pixels.x, x0: pixels.x0 });
    onFrames([...frames]);
  }
  return evaluations;
}

/** So many pictures, all at once: every frame shows all of them. */
export const together = (count: number): Pick<DrawOptions, 'count' | 'batchSize'> => ({ count, batchSize: count });

/** Classes and guidance as the network takes them: one without classes gets neither. */
export function conditions(
  labels: readonly number[],
  scale = guidance.value,
): Pick<DrawOptions, 'classes' | 'guidance'> {
  if (classNames.value.length === 0) return {};
  return { classes: labels.filter((label) => label >= 0), guidance: scale };
}

function labelsOf(choice: string, howMany: number): number[] {
  const classes = classNames.value.length;
  return Array.from({ length: howMany }, (_, i) => {
    if (choice === 'none' || classes === 0) return -1;
    return choice === 'each' ? i % classes : Number(choice);
  });
}
