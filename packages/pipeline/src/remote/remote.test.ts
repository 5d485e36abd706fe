import { afterEach, beforeEach, expect, it } from 'vitest';
import { answerCalls, type Caller, createCaller, type Endpoint, type Method } from './index';

type Methods = {
  double: Method<number, number>;
  count: Method<number, string, number>;
  fail: Method<{ code?: string }, never>;
};

let caller: Caller<Methods>;
let close: () => void;
/** Told by the other end. */
let counted: number;
let ended: Promise<void>;

beforeEach(() => {
  const { port1, port2 } = new MessageChannel();
  close = () => port1.close();
  counted = 0;
  let end = () => {};
  ended = new Promise((resolve) => {
    end = resolve;
  });
  answerCalls<Methods>(
    port2 as unknown as Endpoint,
    {
      double: async (n) => 2 * n,
      async count(n, { emit, signal }) {
        for (; counted < n && !signal.aborted; counted++) await emit(counted);
        end();
        return 'counted';
      },
      async fail({ code }) {
        throw Object.assign(new Error('It failed.'), code ? { isDenoiserError: true, code } : {});
      },
    },
    (message) => (message === 'It failed.' ? { code: 'explained', message } : undefined),
  );
  port2.start();
  port1.start();
  caller = createCaller<Methods>(port1 as unknown as Endpoint);
});
afterEach(() => close());

it('answers many calls at once, each its own', async () => {
  expect(await Promise.all([1, 2, 3].map((n) => caller.call('double', n)))).toEqual([2, 4, 6]);
});

it('streams events and returns the answer', async () => {
  const stream = caller.stream('count', 3);
  const events: unknown[] = [];
  for (;;) {
    const { done, value } = await stream.next();
    events.push(value);
    if (done) break;
  }
  expect(events).toEqual([0, 1, 2, 'counted']);
});

it('waits for whoever takes the events, and ends when the loop is left', async () => {
  for await (const n of caller.stream('count', 1000)) if (n === 4) break;
  await ended;
  expect(counted).toBeLessThan(10);
});

it('ends a call whose signal is aborted with its reason, on both ends', async () => {
  const controller = new AbortController();
  const reason = new Error('enough');
  const call = caller.call('count', 1000, {
    signal: controller.signal,
    onEvent: (n) => n === 2 && controller.abort(reason),
  });
  await expect(call).rejects.toBe(reason);
  await ended;
  expect(counted).toBeLessThan(10);
});

it('brings errors as code and sentence, those too that the other end has explained', async () => {
  await expect(caller.call('fail', { code: 'run-locked' })).rejects.toMatchObject({
    code: 'run-locked',
    message: 'It failed.',
  });
  await expect(caller.call('fail', {})).rejects.toMatchObject({ code: 'explained' });
});

it('refuses what is no plain data', async () => {
  const call = caller.call('fail', { code: (() => {}) as unknown as string });
  await expect(call).rejects.toMatchObject({ code: 'option-invalid' });
});

it('rejects all that is open, and all to come, when the channel fails', async () => {
  const open = caller.call('count', 1000);
  caller.fail(new Error('gone'));
  await expect(open).rejects.toThrow('gone');
  await expect(caller.call('double', 1)).rejects.toThrow('gone');
});

it('what is no answer, no error or no message at all rejects who waits for it, and the channel goes on', async () => {
  const { port1, port2 } = new MessageChannel();
  const asked: number[] = [];
  port2.on('message', ({ denoiser, argument }) => {
    asked.push(argument);
    if (argument === 7) port2.postMessage({ denoiser, answer: 14 });
    else if (argument === 8) port1.dispatchEvent(new Event('messageerror'));
    else port2.postMessage({ denoiser, ...[{ error: null }, { error: 'x' }, { error: { code: 1 } }, {}][argument] });
  });
  port1.start();
  const caller = createCaller<Methods>(port1 as unknown as Endpoint);
  for (const argument of [0, 1, 2, 3, 8]) {
    await expect(caller.call('double', argument)).rejects.toMatchObject({ code: 'message-invalid' });
  }
  expect(await caller.call('double', 7)).toBe(14);
  expect(asked).toEqual([0, 1, 2, 3, 8, 7]);
  port1.close();
});

it('an answer or an event that is not like its example rejects its call, which the other end is told', async () => {
  const { port1, port2 } = new MessageChannel();
  const asked: object[] = [];
  port2.on('message', (message) => {
    asked.push(message);
    const [event, answer] = message.argument ?? [];
    if (event !== undefined) port2.postMessage({ denoiser: message.denoiser, event });
    if (answer !== undefined) port2.postMessage({ denoiser: message.denoiser, answer });
  });
  port1.start();
  type Pairs = { pair: Method<unknown[], { a: number[]; b: Uint8Array }, { n: number }> };
  const examples = { pair: { event: { n: 0 }, answer: { a: [0], b: new Uint8Array() } } };
  const { call } = createCaller<Pairs>(port1 as unknown as Endpoint, examples);
  const good = { a: [], b: new Uint8Array(3), more: 1 };
  expect(await call('pair', [{ n: 5 }, good])).toEqual(good);
  const strange = [null, 7, [], {}, { ...good, a: {} }, { ...good, a: [1, '2'] }, { ...good, b: new Float32Array(3) }];
  for (const answer of strange) {
    await expect(call('pair', [undefined, answer])).rejects.toMatchObject({ code: 'message-invalid' });
  }
  await expect(call('pair', [{ n: '5' }])).rejects.toMatchObject({ code: 'message-invalid' });
  expect(await call('pair', [undefined, good])).toEqual(good);
  expect(asked).toContainEqual({ denoiser: 2 + strange.length, cancel: true });
  port1.close();
});

it('of a request that cannot be read, all who wait are told', async () => {
  const { port1, port2 } = new MessageChannel();
  answerCalls<Methods>(port2 as unknown as Endpoint, {
    double: () => new Promise(() => {}),
    count: async () => '',
    fail: async () => undefined as never,
  });
  for (const port of [port1, port2]) port.start();
  const answer = createCaller<Methods>(port1 as unknown as Endpoint).call('double', 1);
  port2.dispatchEvent(new Event('messageerror'));
  await expect(answer).rejects.toMatchObject({ code: 'message-invalid' });
  port1.close();
});
