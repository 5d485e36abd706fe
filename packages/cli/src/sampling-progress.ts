import { barLine } from './bar';
import { duration, FRAME } from './progress';
import { createStatusLine, type Output } from './status-line';

const EVERY = 10_000;

/** Shows the progress of drawing: a bar on a terminal, a line in ten seconds elsewhere. */
export function samplingProgress(
  output: Output,
  now: () => number = Date.now,
): { update(done: number, total: number): void; stop(): void } {
  const start = now();
  let last = output.isTTY ? Number.NEGATIVE_INFINITY : start;
  const status = createStatusLine(output);
  return {
    update(done, total) {
      const isDue = now() - last >= (output.isTTY ? FRAME : EVERY);
      if (!isDue || (done === total && !output.isTTY)) return;
      last = now();
      const left = `${duration((((last - start) / done) * (total - done)) / 1000)} left`;
      if (output.isTTY) {
        const progress = { share: done / total, text: '', details: [`step ${done}/${total}`, left] };
        status.show((columns) => barLine(progress, columns));
      } else output.write(`step ${done}/${total}, ${left}\n`);
    },
    stop: status.clear,
  };
}
