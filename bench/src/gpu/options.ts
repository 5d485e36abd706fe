import { parseArgs } from 'node:util';
import { NETWORKS } from '../web/networks';
import { STEPS, type Step } from '../web/task';
import type { CardOptions } from './card';

/** What is measured, and how long. */
export type Options = {
  readonly steps: readonly Step[];
  readonly size: number;
  readonly baseWidth: number;
  readonly networks: readonly Step['network'][];
  readonly warmUp: number;
  readonly measured: number;
  /** Turns of all subjects. */
  readonly rounds: number;
  readonly card: CardOptions;
  readonly inChromium: boolean;
  readonly adapter: string | undefined;
  readonly torchDevice: string;
  /** Parts of the names of those that are measured; all others are left out. */
  readonly subjects: readonly string[];
  readonly json: string | undefined;
};

const MEGABYTE = 2 ** 20;
const CARD = { leastMs: 30, copied: 128 * MEGABYTE, workgroups: 4096 };
const QUICK_CARD = { leastMs: 3, copied: MEGABYTE, workgroups: 16 };

type Kind = Pick<Step, 'step' | 'batch'>;
const USUAL: readonly Kind[] = [
  { step: 'sampling', batch: 1 },
  { step: 'sampling', batch: 16 },
  { step: 'training', batch: 4 },
];
const QUICK: readonly Kind[] = [
  { step: 'sampling', batch: 1 },
  { step: 'training', batch: 1 },
];

export function optionsIn(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      size: { type: 'string', default: '64' },
      /** A small network, one image, each step twice: whether it runs, not how fast. */
      quick: { type: 'boolean', default: false },
      networks: { type: 'string', default: NETWORKS.join() },
      steps: { type: 'string', default: STEPS.join() },
      rounds: { type: 'string' },
      /** In headless Chromium, too. */
      chromium: { type: 'boolean', default: false },
      /** Of several adapters: its name or a part of it. */
      adapter: { type: 'string' },
      'torch-device': { type: 'string', default: 'cuda' },
      subjects: { type: 'string', default: '' },
      json: { type: 'string' },
    },
  });
  const { quick } = values;
  const size = Number(values.size);
  if (!(size > 0) || size % 8 !== 0) throw new Error(`--size must be divisible by 8, not ${values.size}.`);
  const networks = NETWORKS.filter((name) => values.networks.split(',').includes(name));
  const baseWidth = quick ? 8 : 64;
  const kinds = (quick ? QUICK : USUAL).filter(({ step }) => values.steps.split(',').includes(step));
  const steps = networks.flatMap((network) => kinds.map((kind): Step => ({ network, size, baseWidth, ...kind })));
  return {
    ...{ steps, size, baseWidth, networks },
    ...(quick ? { warmUp: 1, measured: 2 } : { warmUp: 5, measured: 20 }),
    rounds: Number(values.rounds ?? (quick ? 1 : 3)),
    card: quick ? QUICK_CARD : CARD,
    inChromium: values.chromium,
    adapter: values.adapter,
    torchDevice: values['torch-device'],
    subjects: values.subjects.split(',').filter((name) => name !== ''),
    json: values.json,
  };
}
