import { duration, type Output } from './progress';

const EVERY = 10_000;

/** Progress of drawing: a bar on a terminal, a line in ten seconds elsewhere. */
export async function samplingProgress(
  output: Output,
  now: () => number = Date.now,
): Promise<{ update(done: number, total: number): void; stop(): void }> {
  if (output.isTTY) {
    const { SingleBar, Presets } = (await import('cli-progress')).default;
    const bar = new SingleBar(
      {
        format: '[{bar}] step {value}/{total}  {eta_formatted} left',
        hideCursor: true,
        barsize: 30,
        fps: 8,
        gracefulExit: false,
        stream: output,
      },
      Presets.legacy,
    );
    let isStarted = false;
    return {
      update(done, total) {
        if (!isStarted) bar.start(total, 0);
        isStarted = true;
        bar.update(done);
      },
      stop() {
        if (isStarted) bar.stop();
        isStarted = false;
      },
    };
  }
  const start = now();
  let last = start;
  return {
    update(done, total) {
      if (now() - last < EVERY || done === total) return;
      last = now();
      const left = (((last - start) / done) * (total - done)) / 1000;
      output.write(`step ${done}/${total}, ${duration(left)} left\n`);
    },
    stop() {},
  };
}
