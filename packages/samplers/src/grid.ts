import type { Level, ModelCall } from './plan';

/** A level where the model can be called. */
export interface GridPoint extends Level {
  readonly model: ModelCall;
}

/** What a solver gets: levels from noise to (almost) data, and the level where x shall end. */
export interface Grid {
  readonly points: readonly GridPoint[];
  readonly end: Level;
}
