import { type DrawOptions, drawImages, type Drawing as Steps } from '@denoiser/backend-web';
import { device } from '../engine/device';
import { isSwitched } from '../engine/engine';
import { inThePagesWords } from '../ui/in-the-pages-words';
import { sample as text } from '../words/sample';
import type { Made } from './code';
import { samplerOptions } from './samplers';
import {
  announcement,
  busy,
  canSpell,
  chosenClass,
  classNames,
  count,
  type Drawing,
  drawing,
  type Frame,
  failure,
  guidance,
  type LoadedModel,
  letters,
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

/** When what is being done is over. */
let settled: Promise<void> = Promise.resolve();

/** Runs one job of the worker at a time, and says what became of it. */
export async function occupy(
  what: 'pictures' | 'inpainting' | 'row',
  job: (loaded: LoadedModel, signal: AbortSignal) => Promise<string>,
): Promise<void> {
  const loaded = model.value;
  if (!loaded || busy.value) return;
  const controller = new AbortController();
  busy.value = { what, stop: () => controller.abort() };
  let settle = () => {};
  settled = new Promise((resolve) => {
    settle = resolve;
  });
  failure.value = undefined;
  try {
    announcement.value = text.begun;
    announcement.value = await job(loaded, controller.signal);
  } catch (error) {
    if (controller.signal.aborted || isSwitched(error)) announcement.value = text.stopped;
    else failure.value = inThePagesWords(error);
  } finally {
    busy.value = undefined;
    settle();
  }
}

const SHOWN = ['x', 'x0'] as const;
let turn = 0;

/** Draws what the controls say, in place of what is just being drawn. */
export async function drawAnew(): Promise<void> {
  const mine = ++turn;
  if (busy.value?.what === 'pictures') busy.value.stop();
  await settled;
  if (mine === turn) await drawPictures();
}

/** Draws what the controls say; the grids follow step by step. */
export const drawPictures = (): Promise<void> =>
  occupy('pictures', async (loaded, signal) => {
    const { info } = loaded;
    const options = samplerOptions(info, { sampler: sampler.value, steps: steps.value, variance: variance.value });
    const isWord = canSpell.value;
    const labels = isWord ? letters.value : labelsOf(chosenClass.value, count.value);
    if (labels.length === 0) {
      drawing.value = undefined;
      return '';
    }
    const [height, width, channels] = info.imageShape;
    // A step evaluates the model twice at most.
    const every = Math.ceil((2 * steps.value * labels.length * height * width * (8 + 8 * channels)) / FRAME_BYTES);
    const made: Made = {
      model: modelOf(loaded),
      sampler: options,
      seed: seed.value,
      count: labels.length,
      what: isWord ? { word: labels.map(nameOfClass).join('') } : whatOf(chosenClass.value),
      guidance: guidance.value,
    };
    const captions = labels.map(nameOfClass);
    const begun: Drawing = { height, width, channels, labels, captions, frames: [], made, isWord };
    selected.value = Math.min(selected.value, labels.length - 1);
    const began = performance.now();
    let firstSeconds: number | undefined;
    // Letters of one noise have one style.
    const indices = isWord ? { indices: labels.map(() => 0) } : {};
    const request = {
      ...options,
      ...together(labels.length),
      ...indices,
      seed: seed.value,
      send: { every, pixels: SHOWN, values: SHOWN },
      signal,
    };
    const total = await follow(drawImages(info, { ...request, ...conditions(labels) }), (frames) => {
      firstSeconds ??= secondsSince(began);
      drawing.value = { ...begun, frames };
    });
    const took = { seconds: secondsSince(began), ...(firstSeconds !== undefined && { firstSeconds }) };
    if (drawing.value) drawing.value = { ...drawing.value, ...took };
    return text.done(tookInWords({ ...begun, ...took }, total));
  });

const secondsSince = (began: number): number => (performance.now() - began) / 1000;

/** What a drawing took, in words: nothing before it is done. */
export function tookInWords({ captions, isWord, seconds, firstSeconds = seconds }: Drawing, steps: number): string {
  if (seconds === undefined || firstSeconds === undefined) return '';
  const isOnGpu = device.value?.name.startsWith('web') ?? false;
  return text.took(captions.length, isWord, steps, seconds.toFixed(1), firstSeconds.toFixed(1), isOnGpu);
}

/** Of a drawing whose numbers nobody asked for. */
const NONE = new Float32Array(0);

/** Follows a drawing and collects its frames, telling of each; returns the number of evaluations. */
export async function follow(steps: Steps, onFrames: (frames: readonly Frame[]) => void): Promise<number> {
  const frames: Frame[] = [];
  let evaluations = 0;
  for await (const { index, total, time, pixels, values } of steps) {
    evaluations = total;
    if (!pixels.x || !pixels.x0) continue;
    const { x = NONE, x0 = NONE } = values;
    frames.push({ index, total, time, x: pixels.x, x0: pixels.x0, values: { x, x0 } });
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

/** How pictures of one class, or −1 of none, are drawn, for people who draw them elsewhere. */
export const madeWith = (
  loaded: LoadedModel,
  options: Made['sampler'],
  pictures: number,
  label: number,
): Omit<Made, 'seed'> => ({
  model: modelOf(loaded),
  sampler: options,
  count: pictures,
  what: loaded.info.classNames.length === 0 ? undefined : label < 0 ? 'none' : { className: nameOfClass(label) },
  guidance: guidance.value,
});

const modelOf = ({ name, shipped }: LoadedModel): Made['model'] => ({
  name: shipped?.name ?? name,
  isShipped: shipped !== undefined,
});

/** What was asked for, for people who ask for it elsewhere. */
function whatOf(choice: string): Made['what'] {
  if (classNames.value.length === 0) return undefined;
  return choice === 'each' || choice === 'none' ? choice : { className: nameOfClass(Number(choice)) };
}

function labelsOf(choice: string, howMany: number): number[] {
  const classes = classNames.value.length;
  return Array.from({ length: howMany }, (_, i) => {
    if (choice === 'none' || classes === 0) return -1;
    return choice === 'each' ? i % classes : Number(choice);
  });
}
