import { train } from '../words/train';

const text = train.duration;

/** How fast training goes, previews and checkpoints included. */
export interface Pace {
  /** A step was done at a time in milliseconds. */
  record(step: number, now: number): void;
  /** Training rests; what passes until the next step is not its time. */
  rest(): void;
  /** Returns the seconds to a step, or undefined before two steps were recorded. */
  secondsTo(step: number): number | undefined;
}

/** Steps that are looked at: as many as lie between two previews, so that one of those is always among them. */
const WINDOW = 100;

export function createPace(): Pace {
  let marks: { readonly step: number; readonly now: number }[] = [];
  return {
    record(step, now) {
      if (step <= (marks.at(-1)?.step ?? -1)) marks = []; // back to a checkpoint
      marks.push({ step, now });
      while ((marks[1]?.step ?? step) <= step - WINDOW) marks.shift();
    },
    rest() {
      marks = [];
    },
    secondsTo(step) {
      const [first, last] = [marks[0], marks.at(-1)];
      if (!first || !last || first === last) return undefined;
      return ((step - last.step) * (last.now - first.now)) / (last.step - first.step) / 1000;
    },
  };
}

/** A time in words: `35 s`, `7 min`, `1 h 20 min`. */
export function roughly(seconds: number): string {
  if (seconds < 55) return text.seconds(Math.max(5, 5 * Math.ceil(seconds / 5)));
  const minutes = Math.round(seconds / 60);
  return minutes < 60 ? text.minutes(minutes) : text.hours(Math.floor(minutes / 60), minutes % 60);
}
