import { getHeapStatistics } from 'node:v8';
import { Worker } from 'node:worker_threads';
import { describeError, NOTHING_WRITTEN } from '../errors';
import { createStatusLine, START_OF_LINE } from '../status-line';
import { inAscii, showsUtf8 } from './ascii';
import { createLink } from './link';
import type { FromWorker } from './messages';
import { createOutput } from './output';

/** One Ctrl-C can arrive twice, from the terminal and passed on by npm. */
const SAME_KEYSTROKE = 400;
/** How long a command that has nothing to save may take to end in good order. */
const GRACE = 700;

/** What takes no longer, such as help, needs no word before. */
const GREETING = 300;

const INTERRUPTED = 130;

/**
 * Runs the command in a thread of its own and returns its exit code. This thread computes nothing, so that it hears Ctrl-C,
 * TERM, HUP and the end of the process that started it at once: the first ends the work in good order, with what can be saved
 * saved, a second ends the process.
 */
export async function runInFront(args: readonly string[]): Promise<number> {
  const link = createLink();
  const out = createOutput(process.stdout, (sentence) => {
    process.stderr.write(`denoiser: ${sentence} What is written to files is not affected.\n`);
  });
  const follow = () => {
    for (const name of ['stdout', 'stderr'] as const) {
      link.columns[name] = process[name].isTTY ? process[name].columns : undefined;
    }
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
  const status = createStatusLine(process.stdout);
  const spelled = showsUtf8() ? (text: string) => text : inAscii;
  for (const [stream, write] of [
    [worker.stdout, out.write],
    [worker.stderr, (text: string) => void process.stderr.write(text)],
  ] as const) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      status.clear();
      write(spelled(text));
    });
  }
  // TensorFlow.js takes a second and more to load, during which nothing else can be told.
  const greeting = setTimeout(() => status.show(spelled('Starting …')), GREETING);

  const endNow = (message: string): never => {
    if (process.stdout.isTTY) process.stdout.write(START_OF_LINE);
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
    worker.on('message', (message: FromWorker) => {
      clearTimeout(greeting);
      if ('status' in message) status.show(spelled(message.status));
      else code = message.code;
    });
    worker.on('error', (error) => {
      process.stderr.write(`denoiser: ${describeError(error)}\n`);
      code = 1;
    });
    worker.on('exit', () => {
      clearTimeout(greeting);
      status.clear();
      resolve(code === 0 && out.hasFailed ? 1 : (code ?? 1));
    });
  });
}
