import { computed, signal } from '@preact/signals';
import { drawnPictures } from '../pictures/drawn';
import { type Picture, paintPicture } from '../pictures/picture';
import { seededNormals } from './noise';
import { noiseSchedule, type ScheduleName } from './noise-schedules';

/** Side of the pictures: large enough to recognize, small enough for a slider that moves without delay. */
export const SIDE = 96;

export const pictures = signal<readonly { name: string; picture: Picture }[]>(
  drawnPictures.map(({ name, paint }) => ({ name, picture: paintPicture(paint, SIDE) })),
);
export const pictureName = signal<string>(drawnPictures[0].name);
export const t = signal(250);
export const seed = signal(1);
export const scheduleName = signal<ScheduleName>('linear');
export const isZeroTerminal = signal(false);

export const schedule = computed(() => noiseSchedule(scheduleName.value, isZeroTerminal.value));
export const x0 = computed(
  () => (pictures.value.find(({ name }) => name === pictureName.value) ?? (pictures.value[0] as never)).picture,
);
/** One ε for all t: the same noise, more and more of it. */
export const eps = computed(() => seededNormals(seed.value, SIDE * SIDE * 3));
