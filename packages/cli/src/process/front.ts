import { getHeapStatistics } from 'node:v8';
import { Worker } from 'node:worker_threads';
import { describeError, NOTHING_WRITTEN } from '../errors';
import { createLink } from './link';
import { createOutput } from './output';

/** One Ctrl-C can arrive twice, from the terminal and passed on by npm. */
const SAME_KEYSTROKE = 400;
/** How long a command that has nothing to save may take to end in good order. */
const GRACE = 700;

const INTERRUPTED = 130;
const SHOW_CURSOR = '\u001b[?25h';

/**
 * Runs the command in a thread of its own and gives its exit code. This thread computes nothing, so that it hears Ctrl-C,
 * TERM, HUP and the end of the process that started it at once: the first ends the work in good order, with what can be saved
 * saved, a second ends the process.
 */
export async function runInFront(args: readonly string[]): Promise<number> {
  const link = createLink();
  const out = createOutput(process.stdout, (reason) => {
    process.stderr.write(`denoiser: The output cannot be written (${reason}); the work goes on.\n`);
  });
  const follow = () => {
    link.columns = process.stdout.isTTY ? process.stdout.columns : undefined;
  };
  follow();
  process.stdout.on('resize', follow);

  const worker = new Worker(new URL('./worker.js', import.meta.url), {
    workerData: { args, memory: link.memory },
    stdout: true,
    stderr: true,
    // A thread has less by default than the process.
    resourceLimits: { maxOldGenerationSizeMb: Math.floor(getHeapStatistics().heap_size_limit / 2 ** 20) },
  });
  worker.stdout.on('data', out.write);
  worker.stderr.on('data', (chunk) => process.stderr.write(chunk));

  const endNow = (message: string): never => {
    if (process.stdout.isTTY) process.stdout.write(SHOW_CURSOR);
    if (message) process.stdout.write(`${message}\n`);
    process.exit(INTERRUPTED);
  };
  let first: number | undefined;
  const interrupt = () => {
    if (first === undefined) {
      first = Date.now();
      link.interrupt();
      worker.postMessage('interrupt');
      setTimeout(() => link.isHeld || endNow(NOTHING_WRITTEN), GRACE).unref();
    } else if (Date.now() - first > SAME_KEYSTROKE) endNow('');
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, interrupt);
  // Whoever started this with a channel is gone: nobody else ends it.
  if (process.send) {
    process.on('disconnect', interrupt);
    process.channel?.unref();
  }

  return new Promise((resolve) => {
    let code: number | undefined;
    worker.on('message', (message: number) => {
      code = message;
    });
    worker.on('error', (error) => {
      process.stderr.write(`denoiser: ${describeError(error)}\n`);
      code = 1;
    });
    worker.on('exit', () => resolve(code === 0 && out.hasFailed ? 1 : (code ?? 1)));
  });
}
