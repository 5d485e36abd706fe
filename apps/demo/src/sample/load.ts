import { type ModelFacts, modelFromDrop, modelFromFiles, type ModelSource as OpenedFrom } from '@denoiser/backend-web';
import { effect } from '@preact/signals';
import { device } from '../engine/device';
import { isSwitched, startEngine } from '../engine/engine';
import { inThePagesWords } from '../ui/in-the-pages-words';
import { samplerMenu } from './samplers';
import { busy, chosenClass, drawing, failure, guidance, loading, model, sampler, selected, steps } from './state';

/** A model that can be loaded again when the device changes. */
export type ModelSource = {
  readonly name: string;
  readonly facts?: ModelFacts;
  readonly read: () => Promise<OpenedFrom>;
};

const SHIPPED = new URL('models/digits.safetensors', document.baseURI);

/** The model that comes with the page. */
export const shippedModel: ModelSource = {
  name: 'Handwritten digits',
  read: fetchShipped,
};

let current: ModelSource | undefined;
let turn = 0;

/**
 * Loads a network in place of the one before, from which nothing is drawn any more. One that cannot be read leaves what is
 * there; what goes wrong is shown where pictures would be.
 */
export async function loadModel(source: ModelSource): Promise<void> {
  const mine = ++turn;
  const before = current;
  current = source;
  busy.value?.stop();
  failure.value = undefined;
  loading.value = 'Starting the device …';
  try {
    const [{ client }, file] = await Promise.all([startEngine(), source.read()]);
    if (mine !== turn) return;
    loading.value = 'Loading the network …';
    const info = await client.openModel(file, source.facts);
    if (mine !== turn) return info.dispose();
    busy.value?.stop();
    model.value?.info.dispose();
    drawing.value = undefined;
    chosenClass.value = info.classNames.length > 0 ? 'each' : 'none';
    guidance.value = source === shippedModel ? 2 : 1;
    selected.value = 0;
    const named = samplerMenu.find(({ value }) => value === info.sampler?.sampler)?.value;
    if (named) sampler.value = named;
    if (info.learnedVariance) {
      sampler.value = 'ddim';
      steps.value = Math.min(steps.value, 50);
    }
    model.value = { name: source.name, info };
  } catch (error) {
    if (mine !== turn || isSwitched(error)) return; // another device loads it again, below
    failure.value = inThePagesWords(error);
    if (model.value) current = before;
  } finally {
    if (mine === turn) loading.value = undefined;
  }
}

/** Opens a file of the user's, or the files of a folder of diffusers. */
export const openModel = (files: readonly File[]): Promise<void> =>
  loadModel({ name: nameOf(files), read: async () => modelFromFiles(files) });

/** Opens what was dropped. Call it within the event's handler. */
export function openDropped(transfer: DataTransfer): Promise<void> {
  const dropped = modelFromDrop(transfer); // at once: the list is empty when the event is over
  const [first] = transfer.files;
  return loadModel({ name: first?.name ?? 'The model', read: () => dropped });
}

function nameOf([first]: readonly File[]): string {
  const folder = first?.webkitRelativePath.split('/')[0];
  return folder || (first?.name ?? 'The model');
}

/** What may help after a failure: trying again what was fetched, or going back to what is there. */
export const wayOn = (): { name: string; run: () => Promise<void> } =>
  current && current !== shippedModel
    ? { name: 'Back to the digits', run: () => loadModel(shippedModel) }
    : { name: 'Try again', run: () => loadModel(shippedModel) };

/** Loads the shipped model unless something else was asked for before. */
export function loadFirst(): void {
  if (!current) void loadModel(shippedModel);
}

/** What describes the loaded model again with other facts, for files that say little of themselves. */
export function describeModel(facts: ModelFacts): void {
  if (current) void loadModel({ ...current, facts: { ...current.facts, ...facts } });
}

async function fetchShipped(): Promise<Blob> {
  loading.value = 'Fetching the model, 3 MB …';
  const failed = 'check the connection and try again, or open a model file of your own';
  let response: Response;
  try {
    response = await fetch(SHIPPED);
  } catch {
    throw new Error(`The model could not be fetched: ${failed}.`);
  }
  const why = response.ok ? pageInstead(response) : `the server says ${response.status}`;
  if (why) throw new Error(`The model could not be fetched (${why}): ${failed}.`);
  return response.blob();
}

/** Hosts with a page for every address answer with it, and say that all is well. */
const pageInstead = ({ headers }: Response): string | undefined =>
  headers.get('content-type')?.startsWith('text/html') ? 'the server sends a page instead' : undefined;

// Another device is another worker, which knows nothing of the model; and one that works may come after one that did not.
let last = device.value;
effect(() => {
  const now = device.value;
  if (now && now !== last && current && (last || failure.peek())) {
    model.value = undefined;
    void loadModel(current);
  }
  if (now) last = now;
});
