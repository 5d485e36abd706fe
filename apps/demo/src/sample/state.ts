import type { DrawingStep, Model } from '@denoiser/backend-web';
import { computed, signal } from '@preact/signals';
import { decimal, field, keepInAddress, oneOf, whole } from '../address';
import { sample } from '../words/sample';
import type { Made } from './code';
import { samplerMenu } from './samplers';
import { findShipped, firstModel, type ShippedModel, shippedModels } from './shipped-models';

/** What is drawn from, and what people call it. */
export type LoadedModel = { readonly name: string; readonly info: Model; readonly shipped?: ShippedModel };

export const model = signal<LoadedModel | undefined>(undefined);
/** What goes on before a model is there, in words. */
export const loading = signal<string | undefined>(undefined);
export const failure = signal<string | undefined>(undefined);

/** 'each': the classes in turn; 'none': the network isn't told any; otherwise a class's number. */
export const chosenClass = signal<string>('each');
export const seed = signal(firstModel.settings.seed);
export const count = signal(10);
/** A name of the table of samplers. */
export const sampler = signal(firstModel.settings.sampler);
export const steps = signal(firstModel.settings.steps);
export const guidance = signal(firstModel.settings.guidance);
/** What is spelt, by models whose classes are letters. */
export const word = signal(firstModel.settings.word);
/** The shipped model that is asked for; empty: a file of the user's. */
export const modelName = signal<string>(firstModel.name);
/** Which noise a DDPM step adds. */
export const variance = signal<'posterior' | 'beta'>('posterior');

/** One step of what was drawn: RGBA of all pictures, one after the other, of x_t and of x̂0. */
export type Frame = Pick<DrawingStep, 'index' | 'total' | 'time'> & {
  readonly x: Uint8ClampedArray<ArrayBuffer>;
  readonly x0: Uint8ClampedArray<ArrayBuffer>;
  /** The same as numbers, [count, H, W, C], not cut off at ±1. */
  readonly values: { readonly x: Float32Array; readonly x0: Float32Array };
};

/** Pictures that are drawn, or were. */
export type Drawing = {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** A word for each picture: its class. */
  readonly captions: readonly string[];
  /** The class of each, −1: none. */
  readonly labels: readonly number[];
  readonly frames: readonly Frame[];
  readonly made: Made;
  /** Whether it is a word: letters that stand next to each other. */
  readonly isWord: boolean;
  /** How long it took; undefined until it is done. */
  readonly seconds?: number;
  /** How long it took until there was something to see. */
  readonly firstSeconds?: number;
};

export const drawing = signal<Drawing | undefined>(undefined);
/** What the worker draws just now, with the way to stop it. */
export const busy = signal<{ readonly what: 'pictures' | 'inpainting' | 'row'; readonly stop: () => void } | undefined>(
  undefined,
);
/** Said to people who can't see the progress. */
export const announcement = signal('');
export const selected = signal(0);

export const classNames = computed(() => model.value?.info.classNames ?? []);

export const nameOfClass = (label: number): string => classNames.value[label] ?? sample.noClass;

/** Whether words can be asked for: the classes are letters, or most of them. */
export const canSpell = computed(() => classNames.value.filter((name) => /^\p{L}$/u.test(name)).length >= 20);

/** Letters of a word that are drawn at most. */
export const LONGEST = 12;

/** The letters of the word that the model knows, as classes. */
export const letters = computed(() =>
  [...word.value]
    .map((letter) => classNames.value.indexOf(letter))
    .filter((label) => label >= 0)
    .slice(0, LONGEST),
);

const usual = () => (findShipped(modelName.value) ?? firstModel).settings;

/** What decides which pictures come out; each has the default of the model. */
export const settings = {
  word: field(
    word,
    (text) => ([...text].length <= LONGEST ? text : undefined),
    () => usual().word,
  ),
  class: field(
    chosenClass,
    (text) => (/^(each|none|\d{1,4})$/.test(text) ? text : undefined),
    () => 'each',
  ),
  seed: field(seed, whole(0, 2 ** 31), () => usual().seed),
  count: field(count, whole(1, 20)),
  solver: field(
    sampler,
    oneOf(() => samplerMenu.map(({ value }) => value)),
    () => usual().sampler,
  ),
  steps: field(steps, whole(1, 1000), () => usual().steps),
  guidance: field(guidance, decimal(1, 8), () => usual().guidance),
  variance: field(
    variance,
    oneOf(() => ['posterior', 'beta'] as const),
  ),
};

const modelField = field(
  modelName,
  oneOf(() => shippedModels.map(({ name }) => name)),
  () => firstModel.name,
);

keepInAddress('sample', {
  // A file of the user's is not to be had by an address.
  model: { ...modelField, isDefault: () => modelName.value === '' || modelField.isDefault() },
  ...settings,
});
