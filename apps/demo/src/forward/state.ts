import { computed, signal } from '@preact/signals';
import { field, keepInAddress, oneOf, whole, yesOrNo } from '../address';
import { drawnPictures } from '../pictures/drawn';
import { type Picture, paintPicture } from '../pictures/picture';
import { forward as words } from '../words/forward';
import { seededNormals } from './noise';
import { noiseSchedule, noiseSchedules, type ScheduleName, T } from './noise-schedules';

/** Side of the pictures: large enough to recognize, small enough for a slider that moves without delay. */
export const SIDE = 96;

const THUMB = 36;

/** A picture to choose: each size is painted when it is first asked for. */
export type Choosable = { readonly name: string; readonly thumb: () => Picture; readonly whole: () => Picture };

export const pictures = signal<readonly Choosable[]>(
  drawnPictures.map(({ name, paint }) => ({
    name,
    thumb: once(() => paintPicture(paint, THUMB)),
    whole: once(() => paintPicture(paint, SIDE)),
  })),
);
export const pictureName = signal<string>(drawnPictures[0].name);
export const t = signal(250);
export const seed = signal(1);
export const scheduleName = signal<ScheduleName>('linear');
export const isZeroTerminal = signal(false);
/** How many steps back may be tried, from all to very few. */
export const STEPS_BACK = [1000, 500, 250, 100, 50, 20, 10, 5];
/** How many steps a way back would take; few, so that β̃ is seen below β. */
export const stepsBack = signal(20);

keepInAddress('forward', {
  t: field(t, whole(0, T - 1)),
  picture: field(
    pictureName,
    oneOf(() => pictures.value.map(({ name }) => name)),
  ),
  schedule: field(
    scheduleName,
    oneOf(() => noiseSchedules.map(({ value }) => value)),
  ),
  zerosnr: field(isZeroTerminal, yesOrNo),
  seed: field(seed, whole(0, 999999)),
  back: field(stepsBack, (text) => STEPS_BACK.find((steps) => String(steps) === text)),
});

export const schedule = computed(() => noiseSchedule(scheduleName.value, isZeroTerminal.value));
export const x0 = computed(() => {
  const chosen = pictures.value.find(({ name }) => name === pictureName.value) ?? (pictures.value[0] as Choosable);
  return chosen.whole();
});
/** What people call a picture. */
export const labelOfPicture = (name: string): string =>
  (words.pictures as Readonly<Record<string, string>>)[name] ?? name;
/** One ε for all t: the same noise, more and more of it. */
export const eps = computed(() => seededNormals(seed.value, SIDE * SIDE * 3));

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
