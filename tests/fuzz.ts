import { mkdirSync, rmSync, writeFileSync, writeSync } from 'node:fs';

/**
 * Seeded fuzzing of what reads bytes from outside: valid inputs are changed at random, and whatever comes of them, the reader
 * gives a value or one of denoiser's errors, soon, without taking much memory.
 *
 * Each test runs a fixed number of inputs, always the same. With DENOISER_FUZZ_SECONDS it runs for so long, from another seed
 * each time or from DENOISER_FUZZ_SEED; a failure shows the input, and those before it where it may come of them. The long form
 * says its seed at once and keeps the last inputs in a file, which is what is left of a process that ends. docs/fuzzing.md says
 * what it has found.
 */
export type FuzzOptions = {
  /** Valid inputs, from small to smallish. */
  readonly samples: readonly Uint8Array[];
  readonly read: (bytes: Uint8Array) => unknown;
  /** How an input is made; default: by `changeBytes`. */
  readonly change?: (random: Random, samples: readonly Uint8Array[]) => Uint8Array;
  /** Inputs of the short form. Default 500. */
  readonly runs?: number;
};

export type FuzzResult = { readonly runs: number; readonly refused: number };

/** Numbers from 0 to below `below`. */
export type Random = (below: number) => number;

const SECONDS = Number(process.env.DENOISER_FUZZ_SECONDS ?? 0);
const SEED = Number(process.env.DENOISER_FUZZ_SEED ?? (SECONDS > 0 ? Date.now() % 2 ** 31 : 1));
/** A reader that computes longer than this for a few kilobytes does not end in practice. One that only waits meets the test's own limit. */
const HANG_MS = 20_000;
const MOST_MEMORY = 2 ** 30;
const LONGEST_MESSAGE = 10_000;

/** Throws with the input, in base64, for which the reader does what it must not. */
export async function fuzz({ samples, read, change = changeBytes, runs = 500 }: FuzzOptions): Promise<FuzzResult> {
  const random = randomOf(SEED);
  const end = Date.now() + 1000 * SECONDS;
  const memory = process.memoryUsage.rss();
  const diary = openDiary();
  let refused = 0;
  let i = 0;
  for (; SECONDS > 0 ? Date.now() < end : i < runs; i++) {
    const bytes = i < samples.length ? samples[i] : change(random, samples);
    diary.add(i, bytes);
    const fail = (what: string, isOfEarlierOnes = false): never => {
      throw new Error([what, ...diary.lines().slice(isOfEarlierOnes ? 0 : -1)].join('\n'));
    };
    const start = computedMs();
    try {
      await read(bytes.slice());
    } catch (error) {
      refused++;
      const fault = faultOf(error);
      if (fault) fail(fault);
      if (i < samples.length) fail(`a valid input is refused: ${(error as Error).message}`);
    }
    if (computedMs() - start > HANG_MS) fail('it took too long');
    // What an earlier input has begun may take it, too.
    if (process.memoryUsage.rss() - memory > MOST_MEMORY) fail('it took too much memory', true);
  }
  diary.close();
  if (SECONDS > 0) console.log(`${i} inputs, ${refused} refused, seed ${SEED}`);
  return { runs: i, refused };
}

/** Inputs that are remembered: work that one has begun may go on for a while. */
const REMEMBERED = 20;

const lineOf = (run: number, bytes: Uint8Array): string =>
  `run ${run} of seed ${SEED}, ${bytes.length} bytes: ${Buffer.from(bytes.subarray(0, 15_000)).toString('base64')}`;

/** The last inputs; in the long form in a file, too, which stays where the process ends or a test fails. */
function openDiary(): { add(run: number, bytes: Uint8Array): void; lines(): string[]; close(): void } {
  const inputs: [run: number, bytes: Uint8Array][] = [];
  const lines = () => inputs.map(([run, bytes]) => lineOf(run, bytes));
  const file = new URL(`../.vitest/fuzz-${SEED}-${process.pid}.txt`, import.meta.url);
  if (SECONDS > 0) {
    mkdirSync(new URL('.', file), { recursive: true });
    writeSync(2, `seed ${SEED}; the last inputs are in .vitest/fuzz-${SEED}-${process.pid}.txt\n`);
  }
  return {
    add(run, bytes) {
      inputs.push([run, bytes]);
      if (inputs.length > REMEMBERED) inputs.shift();
      if (SECONDS > 0) writeFileSync(file, `${lines().join('\n')}\n`);
    },
    lines,
    close: () => rmSync(file, { force: true }),
  };
}

/** Time for which this process has computed: a clock would count what others on the machine do. */
function computedMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** What is wrong with an error that a reader throws. */
function faultOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return `it threw ${String(error)}`;
  if ((error as { isDenoiserError?: unknown }).isDenoiserError !== true) return `it threw ${error.stack}`;
  if (error.message.length > LONGEST_MESSAGE) return `its message has ${error.message.length} characters`;
  if (/[\p{Cc}\p{Cs}]/u.test(error.message))
    return `its message has control characters: ${JSON.stringify(error.message)}`;
  return undefined;
}

/** mulberry32 */
function randomOf(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

const pick = <T>(random: Random, items: readonly T[]): T => items[random(items.length)] as T;

const EDGES = [
  0n,
  1n,
  2n,
  0x7fn,
  0x80n,
  0xffn,
  0x7fffn,
  0xffffn,
  0x7fffffffn,
  0xffffffffn,
  2n ** 53n,
  2n ** 63n,
  2n ** 64n - 1n,
];

/** Changes one of the samples in a few places: bits, bytes, numbers of 2 to 8 bytes, parts cut, repeated or put elsewhere. */
export function changeBytes(random: Random, samples: readonly Uint8Array[]): Uint8Array {
  let bytes = Buffer.from(pick(random, samples));
  for (let changes = 1 + random(4); changes > 0; changes--) {
    const at = random(bytes.length + 1);
    const length = 1 + random(Math.min(64, bytes.length + 1));
    const edge = pick(random, EDGES);
    const put = (width: number) => {
      if (at + width > bytes.length) return;
      const number = Buffer.alloc(8);
      number.writeBigUInt64LE(edge);
      const part = number.subarray(0, width);
      (random(2) ? part : part.reverse()).copy(bytes, at);
    };
    switch (random(9)) {
      case 0:
        if (at < bytes.length) bytes[at] ^= 1 << random(8);
        break;
      case 1:
        if (at < bytes.length) bytes[at] = random(256);
        break;
      case 2:
        put(2);
        break;
      case 3:
        put(4);
        break;
      case 4:
        put(8);
        break;
      case 5:
        bytes = bytes.subarray(0, at);
        break;
      case 6:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]);
        break;
      case 7:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(Math.max(0, at - length))]);
        break;
      default: {
        const other = pick(random, samples);
        const from = random(other.length + 1);
        bytes = Buffer.concat([bytes.subarray(0, at), other.subarray(from, from + length), bytes.subarray(at)]);
      }
    }
    bytes = Buffer.from(bytes); // its own memory: samples stay
  }
  return bytes;
}

const STRANGE: readonly (() => string)[] = [
  ...[
    'null',
    'true',
    '0',
    '-1',
    '0.5',
    '4096',
    '1000000',
    '1e9',
    '1e308',
    '9007199254740993',
    '""',
    '"x"',
    '[]',
    '{}',
    '[1,2,3]',
    '{"type":"x"}',
  ],
  ...[
    '"\\u001b[2J"',
    '"\\ud800"',
    '{"length":1000000000}',
    '{"__proto__":{"a":1}}',
    '"__proto__"',
    '"constructor"',
    '[[[[null]]]]',
  ],
].map((text) => () => text);
const LARGE = [
  () => `${'['.repeat(50_000)}${']'.repeat(50_000)}`,
  () => `${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`,
  () => `"${'x'.repeat(200_000)}"`,
  () => `[${'1,'.repeat(100_000)}1]`,
];

/** Changes values of the samples, which are JSON; now and then their bytes. */
export function changeJson(random: Random, samples: readonly Uint8Array[]): Uint8Array {
  if (random(8) === 0) return changeBytes(random, samples);
  const marks: string[] = [];
  let value: unknown = JSON.parse(Buffer.from(pick(random, samples)).toString());
  for (let changes = 1 + random(3); changes > 0; changes--) {
    const places = placesIn(value);
    const place = random(30) === 0 ? undefined : pick(random, places);
    const strange = pick(random, random(10) === 0 ? LARGE : STRANGE)();
    marks.push(strange);
    const mark = `\u0001${marks.length - 1}\u0001`;
    if (place === undefined) value = mark;
    else if (random(5) === 0) delete place.holder[place.name];
    else place.holder[place.name] = mark;
  }
  const text = JSON.stringify(value) ?? 'null';
  return Buffer.from(text.replace(/"\\u0001(\d+)\\u0001"/g, (_, i) => marks[Number(i)] as string));
}

type Place = { readonly holder: Record<string, unknown>; readonly name: string };

function placesIn(value: unknown): Place[] {
  if (typeof value !== 'object' || value === null) return [];
  const holder = value as Record<string, unknown>;
  return Object.keys(holder).flatMap((name) => [{ holder, name }, ...placesIn(holder[name])]);
}
