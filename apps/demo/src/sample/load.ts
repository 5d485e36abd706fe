import { type ModelFacts, modelFromDrop, modelFromFiles, type ModelSource as OpenedFrom } from '@denoiser/backend-web';
import { effect, untracked } from '@preact/signals';
import { partsOf, restore } from '../address';
import { device } from '../engine/device';
import { isSwitched, startEngine } from '../engine/engine';
import { isCalm } from '../ui/calm';
import { inThePagesWords } from '../ui/in-the-pages-words';
import { page } from '../words/page';
import { sample as text } from '../words/sample';
import { drawPictures } from './draw';
import { samplerMenu } from './samplers';
import { findShipped, firstModel, type ShippedModel } from './shipped-models';
import {
  busy,
  chosenClass,
  drawing,
  failure,
  guidance,
  loading,
  model,
  modelName,
  sampler,
  selected,
  settings,
  steps,
} from './state';

/** A model that can be loaded again when the device changes. */
export type ModelSource = {
  readonly name: string;
  readonly shipped?: ShippedModel;
  readonly facts?: ModelFacts;
  readonly read: () => Promise<OpenedFrom>;
};

/** Returns the source of a model that comes with the page. */
export const shipped = (model: ShippedModel): ModelSource => ({
  name: text.models[model.name].title,
  shipped: model,
  read: () => fetchShipped(model),
});

let current: ModelSource | undefined;
/** Whether what the address says is still to be taken. */
let isFirst = true;
let turn = 0;
/** Whether the last model was not loaded because nothing computes. */
let lacksDevice = false;

/**
 * Loads a network in place of the one before, from which nothing is drawn any more. One that cannot be read leaves what is
 * there; what goes wrong is shown where pictures would be.
 */
export async function loadModel(source: ModelSource): Promise<void> {
  const mine = ++turn;
  let drawsAtOnce = false;
  const before = current;
  current = source;
  busy.value?.stop();
  failure.value = undefined;
  lacksDevice = false;
  loading.value = text.startingDevice;
  const started = startEngine().catch((error) => {
    if (mine === turn) lacksDevice = true;
    throw error;
  });
  try {
    const [{ client }, file] = await Promise.all([started, source.read()]);
    if (mine !== turn) return;
    loading.value = text.loadingNetwork;
    const info = await client.openModel(file, source.facts);
    if (mine !== turn) return info.dispose();
    busy.value?.stop();
    model.value?.info.dispose();
    drawing.value = undefined;
    selected.value = 0;
    const isOther = isFirst || source !== before; // not the same once more, on another device
    if (source.shipped) {
      modelName.value = source.shipped.name;
      if (isOther) restore(settings, isFirst ? partsOf(location.hash).settings : '');
      if (Number(chosenClass.value) >= info.classNames.length) chosenClass.value = 'each';
    } else {
      modelName.value = '';
      chosenClass.value = info.classNames.length > 0 ? 'each' : 'none';
      guidance.value = 1;
    }
    isFirst = false;
    const named = samplerMenu.find(({ value }) => value === info.sampler?.sampler)?.value;
    if (named && !source.shipped) sampler.value = named;
    if (info.learnedVariance) {
      sampler.value = 'ddim';
      steps.value = Math.min(steps.value, 50);
    }
    model.value = { name: source.name, info, ...(source.shipped && { shipped: source.shipped }) };
    drawsAtOnce = source.shipped !== undefined && isOther && !isCalm();
  } catch (error) {
    if (mine !== turn || isSwitched(error)) return; // another device loads it again, below
    failure.value = inThePagesWords(error);
    if (model.value) {
      current = before;
      modelName.value = before?.shipped?.name ?? '';
    }
  } finally {
    if (mine === turn) loading.value = undefined;
    if (mine === turn && drawsAtOnce) void drawPictures();
  }
}

/** Opens a file of the user's, or the files of a folder of diffusers. */
export const openModel = (files: readonly File[]): Promise<void> =>
  loadModel({ name: nameOf(files), read: async () => modelFromFiles(files) });

/** Opens what was dropped. Call it within the event's handler. */
export function openDropped(transfer: DataTransfer): Promise<void> {
  const dropped = modelFromDrop(transfer); // at once: the list is empty when the event is over
  const [first] = transfer.files;
  return loadModel({ name: first?.name ?? text.yourModel, read: () => dropped });
}

function nameOf([first]: readonly File[]): string {
  const folder = first?.webkitRelativePath.split('/')[0];
  return folder || (first?.name ?? text.yourModel);
}

/** What may help after a failure: trying again what was fetched, or going back to what is there. */
export const wayOn = (): { name: string; run: () => Promise<void> } =>
  current && !current.shipped
    ? { name: text.models[lastShipped().name].back, run: () => loadModel(shipped(lastShipped())) }
    : { name: page.tryAgain, run: () => loadModel(current ?? shipped(lastShipped())) };

let last: ShippedModel | undefined;

/** The shipped model that was drawn from last. */
export function lastShipped(): ShippedModel {
  last = model.value?.shipped ?? last ?? findShipped(modelName.value) ?? firstModel;
  return last;
}

/** Loads the shipped model that the address asks for, unless something else was asked for before. */
export function loadFirst(): void {
  if (!current) void loadModel(shipped(lastShipped()));
}

// By the gallery, or back in the history.
effect(() => {
  const wanted = findShipped(modelName.value);
  if (wanted && current && current.shipped?.name !== wanted.name) untracked(() => void loadModel(shipped(wanted)));
});

/** What describes the loaded model again with other facts, for files that say little of themselves. */
export function describeModel(facts: ModelFacts): void {
  if (current) void loadModel({ ...current, facts: { ...current.facts, ...facts } });
}

async function fetchShipped({ address }: ShippedModel): Promise<Blob> {
  loading.value = text.fetchingModel;
  let response: Response;
  try {
    response = await fetch(address);
  } catch {
    throw new Error(text.notFetched(''));
  }
  const why = response.ok ? pageInstead(response) : text.serverSays(response.status);
  if (why) throw new Error(text.notFetched(why));
  return response.blob();
}

/** Hosts with a page for every address answer with it, and say that all is well. */
const pageInstead = ({ headers }: Response): string | undefined =>
  headers.get('content-type')?.startsWith('text/html') ? text.pageInstead : undefined;

// Another device is another worker, which knows nothing of the model; and one that works may come after one that did not.
let lastDevice = device.value;
effect(() => {
  const now = device.value;
  if (now && now !== lastDevice && current && (lastDevice || lacksDevice)) {
    model.value = undefined;
    void loadModel(current);
  }
  if (now) lastDevice = now;
});
