import type { DrawingStep, Model } from '@denoiser/backend-web';
import { computed, signal } from '@preact/signals';

/** What is drawn from, and what people call it. */
export type LoadedModel = { readonly name: string; readonly info: Model };

export const model = signal<LoadedModel | undefined>(undefined);
/** What goes on before a model is there, in words. */
export const loading = signal<string | undefined>(undefined);
export const failure = signal<string | undefined>(undefined);

/** 'each': the classes in turn; 'none': the network isn't told any; otherwise a class's number. */
export const chosenClass = signal<string>('each');
export const seed = signal(1);
export const count = signal(10);
/** A name of the table of samplers. */
export const sampler = signal('ddpm');
export const steps = signal(60);
export const guidance = signal(2);
/** Which noise a DDPM step adds. */
export const variance = signal<'posterior' | 'beta'>('posterior');

/** One step of what was drawn: RGBA of all pictures, one after the other, of x_t and of x̂0. */
export type Frame = Pick<DrawingStep, 'index' | 'total' | 'time'> & {
  readonly x: Uint8ClampedArray<ArrayBuffer>;
  readonly x0: Uint8ClampedArray<ArrayBuffer>;
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

export const nameOfClass = (label: number): string => classNames.value[label] ?? 'no class';
