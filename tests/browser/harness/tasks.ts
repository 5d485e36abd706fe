import type { Page } from 'playwright-core';

/** What the tasks of a page's main thread took, in milliseconds. */
export type Tasks = {
  /** The longest by the thread's own time: what the page itself is to blame for. */
  readonly longest: number;
  /** The longest by the clock: on a busy machine mostly waiting for a core. */
  readonly longestByClock: number;
  /** How many there were, and how many of them took over 50 by the clock, which is what browsers call a long task. */
  readonly count: number;
  readonly long: number;
};

type TraceEvent = {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  readonly dur?: number;
  readonly tdur?: number;
  readonly args: { readonly name?: string };
};

/** Measures every task of the main thread, by the browser's own tracing, while `use` uses the page. */
export async function measureTasks(page: Page, use: () => Promise<void>): Promise<Tasks> {
  const session = await page.context().newCDPSession(page);
  const events: TraceEvent[] = [];
  session.on('Tracing.dataCollected', ({ value }) => events.push(...(value as unknown as TraceEvent[])));
  await session.send('Tracing.start', {
    transferMode: 'ReportEvents',
    traceConfig: { includedCategories: ['toplevel'], excludedCategories: ['*'] },
  });
  try {
    await use();
  } finally {
    const complete = new Promise((resolve) => session.once('Tracing.tracingComplete', resolve));
    await session.send('Tracing.end');
    await complete;
    await session.detach();
  }
  const isMainThread = new Set(
    events.filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain').map(threadOf),
  );
  const tasks = events.filter(
    (event) => event.name === 'ThreadControllerImpl::RunTask' && event.ph === 'X' && isMainThread.has(threadOf(event)),
  );
  const clock = tasks.map(({ dur = 0 }) => dur / 1000);
  return {
    longest: tasks.reduce((most, { tdur = 0 }) => Math.max(most, tdur / 1000), 0),
    longestByClock: clock.reduce((most, duration) => Math.max(most, duration), 0),
    count: tasks.length,
    long: clock.filter((duration) => duration > 50).length,
  };
}

const threadOf = ({ pid, tid }: TraceEvent) => `${pid}/${tid}`;

/** One line for the console. */
export function describeTasks(what: string, { longest, longestByClock, count, long }: Tasks): string {
  const byClock = `${longestByClock.toFixed(0)} ms by the clock, ${long} of ${count} over 50 ms by the clock`;
  return `${what}: longest task ${longest.toFixed(1)} ms of the page's own time (${byClock})`;
}
