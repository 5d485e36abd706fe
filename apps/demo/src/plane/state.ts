import { computed, signal } from '@preact/signals';
import { field, keepInAddress, oneOf, whole, yesOrNo } from '../address';
import { noiseSchedule, noiseSchedules, type ScheduleName, T } from '../forward/noise-schedules';
import { exactNoise, type Points } from './exact-denoiser';
import { pointsOfWord } from './ink';
import { pointSets } from './point-sets';
import { planeSolvers } from './solvers';
import { levelAt } from './timeline';
import type { Trajectory } from './trajectory';

export const SETS = ['spiral', 'moons', 'ring', 'clusters', 'text', 'drawing'] as const;
export type SetName = (typeof SETS)[number];

/** From the middle to the edge of what is shown. */
export const REACH = 3;
export const PARTICLES = 400;
const ARROWS = 19;

export const setName = signal<SetName>('spiral');
export const word = signal('hello');
export const drawn = signal<Points>(new Float64Array(0));
export const scheduleName = signal<ScheduleName>('cosine');
export const steps = signal(50);
export const solvers = [signal('ddpm'), signal('ddim')] as const;
export const seed = signal(1);
export const hasArrows = signal(true);
export const hasPaths = signal(true);
/** As papers count: T is noise, 0 the data. */
export const t = signal(T);
/** Letters that the plane has room for. */
export const LONGEST = 8;
const aSolver = oneOf(() => planeSolvers.map(({ value }) => value));

keepInAddress('plane', {
  points: field(
    setName,
    oneOf(() => SETS),
  ),
  word: field(word, (text) => ([...text].length <= LONGEST ? text : undefined)),
  schedule: field(
    scheduleName,
    oneOf(() => noiseSchedules.map(({ value }) => value)),
  ),
  steps: field(steps, whole(1, T)),
  first: field(solvers[0], aSolver),
  second: field(solvers[1], aSolver),
  seed: field(seed, whole(0, 999999)),
  arrows: field(hasArrows, yesOrNo),
  paths: field(hasPaths, yesOrNo),
});

export const isPlaying = signal(false);

export const schedule = computed(() => noiseSchedule(scheduleName.value, false));

export const data = computed((): Points => {
  const name = setName.value;
  if (name === 'text') return pointsOfWord(word.value);
  if (name === 'drawing') return drawn.value;
  return pointSets[name].points();
});

/** The ways of the particles, each as far as it is computed, with the points that it leads to. */
export type Run = { readonly trajectory: Trajectory; readonly isDone: boolean };
export const runs = [signal<Run | undefined>(undefined), signal<Run | undefined>(undefined)] as const;

/** Where arrows begin, x and y in turn. */
export const arrowPlaces = Float64Array.from({ length: 2 * ARROWS * ARROWS }, (_, i) => {
  const cell = i >> 1;
  const index = i % 2 === 0 ? cell % ARROWS : Math.floor(cell / ARROWS);
  return REACH * ((2 * (index + 0.5)) / ARROWS - 1);
});
export const arrowPitch = (2 * REACH) / ARROWS;

/** σ·score at those places, at t: a vector's length is by how many σ x lies off. */
export const arrows = computed(() => {
  if (data.value.length === 0) return undefined;
  const level = levelAt(schedule.value, Math.max(t.value, 1)); // without any noise there is no score
  return exactNoise(data.value, arrowPlaces, level).map((eps) => -eps);
});
