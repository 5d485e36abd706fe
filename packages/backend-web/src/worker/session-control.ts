import { WebError } from '../errors';

/** What the page wants of a training, and what is to be done between two steps. */
export interface SessionControl {
  readonly wish: 'run' | 'pause' | 'stop';
  /** Aborted as soon as the stretch of training under way is to end, after its step. A new one for each stretch. */
  stretch(): AbortSignal;
  /** Aborts that signal, whatever is wished. */
  interrupt(): void;
  /** Resolves when the training has come to rest or goes on. */
  pause(): Promise<void>;
  resume(): void;
  /** Resolves at the training's end. */
  stop(): Promise<void>;
  /** Does `task` between two steps, at a checkpoint; at once if training rests. */
  between<T>(task: () => Promise<T>): Promise<T>;
  /** For the training: it rests now, until the wish is another or there is something to do. */
  rest(): Promise<void>;
  /** For the training: does what is to be done. */
  doTasks(): Promise<void>;
  /** For the training: it is over. */
  end(): void;
}

export function createSessionControl(): SessionControl {
  let wish: SessionControl['wish'] = 'run';
  let controller = new AbortController();
  let wake = () => {};
  let hasEnded = false;
  const tasks: { run(): Promise<void>; refuse(error: Error): void }[] = [];
  const waiting: (() => void)[] = [];
  let ended = () => {};
  const end = new Promise<void>((resolve) => {
    ended = resolve;
  });
  const interrupt = () => {
    controller.abort();
    wake();
  };
  const settle = () => {
    for (const resolve of waiting.splice(0)) resolve();
  };
  return {
    interrupt,
    get wish() {
      return wish;
    },
    stretch() {
      controller = new AbortController();
      if (wish !== 'run' || tasks.length > 0) controller.abort();
      return controller.signal;
    },
    pause() {
      if (wish !== 'run' || hasEnded) return Promise.resolve();
      wish = 'pause';
      interrupt();
      return new Promise((resolve) => void waiting.push(resolve));
    },
    resume() {
      if (wish === 'pause') wish = 'run';
      settle();
      wake();
    },
    stop() {
      wish = 'stop';
      settle();
      interrupt();
      return end;
    },
    between(task) {
      return new Promise((resolve, reject) => {
        if (hasEnded) return reject(new WebError('training-ended', 'The training has ended: ask again.'));
        tasks.push({ run: () => task().then(resolve, reject), refuse: reject });
        interrupt();
      });
    },
    async rest() {
      settle();
      while (wish === 'pause' && tasks.length === 0) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
    async doTasks() {
      for (const { run } of tasks.splice(0)) await run();
    },
    end() {
      hasEnded = true;
      settle();
      ended();
      for (const { refuse } of tasks.splice(0))
        refuse(new WebError('training-ended', 'The training has ended: ask again.'));
    },
  };
}
