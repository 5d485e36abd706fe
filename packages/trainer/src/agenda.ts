import type { Occasion } from './fit-options';
import { isDue } from './interval';
import type { Progress } from './run';

/** Creates a list of recurring work, which knows what is due after a step, and what still has to be done at the end. */
export function createAgenda(occasions: readonly Occasion[], now: () => number) {
  const done = occasions.map(() => ({ step: -1, time: now() }));
  let step = -1;
  return {
    due(progress: Progress): Occasion[] {
      step = progress.step;
      return occasions.filter((occasion, i) => {
        const last = done[i] as { step: number; time: number };
        const { seconds } = occasion;
        const isOverdue = seconds !== undefined && now() - last.time >= 1000 * seconds;
        if (!isOverdue && !isDue(occasion, progress) && !occasion.at?.includes(step)) return false;
        done[i] = { step, time: now() };
        return true;
      });
    },
    atEnd: (): Occasion[] => occasions.filter(({ atEnd }, i) => atEnd && done[i]?.step !== step),
  };
}
