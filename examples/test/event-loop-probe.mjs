import { readFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

// Loaded before a program (`node --import`): tells the parent process how long the program's event loop was blocked at most,
// and its memory. Time that the thread waited for a processor of a busy machine is not counted: Linux says how long that was.

const EVERY = 5;

if (isMainThread) {
  let longest = 0;
  let [last, lastWait] = [performance.now(), waited()];
  const timer = setInterval(() => {
    const [now, wait] = [performance.now(), waited()];
    longest = Math.max(longest, now - last - EVERY - (wait - lastWait));
    [last, lastWait] = [now, wait];
  }, EVERY);
  timer.unref();

  process.on('message', () => {
    process.send({ blocked: longest, memory: process.memoryUsage().rss });
    longest = 0;
  });
  process.channel.unref();
}

/** Milliseconds that this process's main thread has waited for a processor; 0 where that is not known. */
function waited() {
  try {
    return Number(readFileSync('/proc/self/schedstat', 'utf8').split(' ')[1]) / 1e6;
  } catch {
    return 0;
  }
}
