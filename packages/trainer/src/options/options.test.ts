import { angle, createSchedule, edm, flow, respace } from '@denoiser/schedules';
import { describe, expect, it } from 'vitest';
import { type JsonSchema, resolveSettings, wholeNumber } from './settings';
import { resolveOptions, TRAINING_OPTIONS_SCHEMA, type TrainingOptionsInput } from './training-options';

const needed = { seed: 1, batchSize: 2 };
const resolve = (over: object) => () => resolveOptions({ ...needed, ...over } as TrainingOptionsInput);

describe('the training options', () => {
  it('are by default what the original program does', () => {
    expect(resolve({})()).toEqual({
      seed: 1,
      batchSize: 2,
      microBatchSize: null,
      splitToFit: false,
      process: { type: 'linear', steps: 1000 },
      prediction: 'epsilon',
      weighting: { type: 'uniform' },
      timesteps: { type: 'uniform', first: 1 },
      variance: { type: 'fixed' },
      offsetNoise: 0,
      learningRate: 3e-4,
      learningRateSchedule: { type: 'constant', warmup: 0 },
      betas: [0.9, 0.999],
      epsilon: 1e-8,
      weightDecay: 0.01,
      maxGradientNorm: null,
      ema: { type: 'decay', decay: 0.995, startStep: 2000, warmup: false },
      postHocEma: null,
      labelDropout: 0.1,
      labelDropoutPer: 'batch',
      dropout: 0,
      recompute: false,
    });
  });

  it('resolved are options again, and the same ones, through JSON too', () => {
    const once = resolve({ postHocEma: {}, ema: { type: 'half-life', halfLife: 9 }, weighting: { type: 'p2' } })();
    expect(resolveOptions(JSON.parse(JSON.stringify(once)))).toEqual(once);
  });

  it('leave a process the defaults of whoever computes it, and make its numbers JSON', () => {
    const process = (options: object) => resolve({ process: options })().process;
    expect(process({ steps: 10, betaEnd: 0.1, endsScaled: undefined })).toEqual({
      type: 'linear',
      steps: 10,
      betaEnd: 0.1,
    });
    expect(process({ type: 'cosine', zeroTerminalSnr: true })).toEqual({
      type: 'cosine',
      steps: 1000,
      zeroTerminalSnr: true,
    });
    expect(process({ type: 'custom', betas: Float64Array.of(0.1, 0.2) })).toEqual({
      type: 'custom',
      betas: [0.1, 0.2],
    });
  });

  it('take a built process as the options that it was built of', () => {
    const process = (given: object) => resolve({ process: given })().process;
    const options = { type: 'cosine', steps: 20, zeroTerminalSnr: true } as const;
    expect(process(createSchedule(options))).toEqual(options);
    expect(process({ kind: 'discrete', ...options })).toEqual(options);
    expect(process(createSchedule({ type: 'custom', betas: Float64Array.of(0.1, 0.2) }))).toEqual({
      type: 'custom',
      betas: [0.1, 0.2],
    });
    for (const given of [angle({ steps: 50 }), { kind: 'angle', steps: 50 }, { type: 'angle', steps: 50 }]) {
      expect(process(given)).toEqual({ type: 'angle', steps: 50 });
    }
    for (const given of [edm({ sigmaData: 0.6 }), { kind: 'sigma', sigmaData: 0.6 }]) {
      expect(process(given)).toMatchObject({ type: 'edm', steps: 1000, sigmaData: 0.6 });
    }
    expect(() => process(flow())).toThrow(
      'The training option `process.kind` is "flow"; give discrete, angle or sigma: other processes can be sampled from, not trained.',
    );
    expect(() => process(respace(createSchedule(options), [0, 9, 19]))).toThrow('has 3 of the 20 steps of a schedule;');
  });

  it('that no memory would hold are refused at once', () => {
    expect(resolve({ process: { steps: 1e9 } })).toThrow(
      'The training option `process.steps` is 1000000000; give a whole number from 1 to 100000.',
    );
    const betas = new Float64Array(1e6 + 1).fill(0.1);
    expect(resolve({ process: { type: 'custom', betas } })).toThrow('give the β of each step, of at most 100000.');
    expect(resolve({ timesteps: { type: 'loss-second-moment', history: 1e9 } })).toThrow(
      'a whole number from 1 to 100.',
    );
    const sigmaRel = Array.from({ length: 101 }, (_, i) => (i + 1) / 1000);
    expect(resolve({ postHocEma: { sigmaRel } })).toThrow('give different numbers above 0 to 0.28, 1 to 100 of them.');
  });

  it('that are wrong are named, with the range or the nearest name', () => {
    expect(resolve({ weighting: 'min-snr' })).toThrow(
      'The training option `weighting` is "min-snr"; give an object with a type.',
    );
    expect(resolve({ weighting: { type: 'minsnr' } })).toThrow('give one of uniform, min-snr, p2, perhaps min-snr.');
    expect(resolve({ lerningRate: 1 })).toThrow(
      'There is no training option `lerningRate`; the nearest is `learningRate`.',
    );
    expect(resolve({ weighting: { type: 'uniform', gamma: 5 } })).toThrow(
      'no training option `weighting.gamma`; this type has none; leave it out.',
    );
    expect(resolve({ process: { type: 'cosine', steps: 1e9 } })).toThrow(
      '`process.steps` is 1000000000; give a whole number from 1 to 100000.',
    );
    expect(resolve({ process: { type: 'cosin' } })).toThrow('perhaps cosine.');
    expect(resolve({ process: { type: 'cosine', ofset: 1 } })).toThrow('the nearest is `process.offset`.');
    expect(resolve({ process: { betaStart: 2 } })).toThrow('`process.betaStart` is 2; give a number from 0 to 1.');
    expect(resolve({ prediction: 'eps' })).toThrow(
      '`prediction` is "eps"; give one of epsilon, x0, v, perhaps epsilon.',
    );
    expect(resolve({ betas: [0.9] })).toThrow('`betas` is [0.9]; give two numbers from 0 to below 1.');
    expect(resolve({ maxGradientNorm: 0 })).toThrow('`maxGradientNorm` is 0; give a number above 0, or null.');
    expect(resolve({ batchSize: '8' })).toThrow('`batchSize` is "8"; give a whole number from 1.');
    expect(() => resolveOptions({ seed: 1 } as TrainingOptionsInput)).toThrow('`batchSize` is missing; give a whole');
    expect(() => resolveSettings({ alone: wholeNumber(1) }, { other: 1 } as object)).toThrow('choose one of `alone`.');
  });
});

describe('their JSON Schema', () => {
  const properties = TRAINING_OPTIONS_SCHEMA.properties as Record<string, JsonSchema>;

  it('has every option with its default, and asks for the two that have none', () => {
    const defaults = Object.entries(resolve({})()).filter(([name]) => !(name in needed));
    expect(Object.values(properties).every(({ description }) => typeof description === 'string')).toBe(true);
    expect(Object.keys(properties).sort()).toEqual([...defaults.map(([name]) => name), ...Object.keys(needed)].sort());
    expect(TRAINING_OPTIONS_SCHEMA).toMatchObject({ required: ['seed', 'batchSize'], additionalProperties: false });
    for (const [name, value] of defaults) {
      // Options with options of their own have {}, which means the same.
      expect([name, properties[name].default]).toEqual([name, isPlain(value) ? {} : value]);
    }
  });

  it('has each kind of a choice, of which only one can be meant', () => {
    expect(properties.weighting.oneOf).toEqual([
      {
        type: 'object',
        properties: { type: { const: 'uniform', default: 'uniform' } },
        additionalProperties: false,
      },
      {
        type: 'object',
        properties: {
          type: { const: 'min-snr' },
          gamma: { type: 'number', exclusiveMinimum: 0, default: 5, description: expect.stringContaining('γ') },
        },
        required: ['type'],
        additionalProperties: false,
      },
      expect.objectContaining({ required: ['type'] }),
    ]);
  });

  it('has the options of each kind of process, none of which is needed but the steps of a custom one', () => {
    const kinds = (properties.process as { oneOf: JsonSchema[] }).oneOf;
    const required = kinds.map(({ properties, required }) => [(properties as typeof kinds)['type' as never], required]);
    expect(required).toEqual([
      [{ const: 'linear', default: 'linear' }, undefined],
      ...['scaled-linear', 'sigmoid-beta', 'cosine', 'sigmoid-alpha-bar', 'laplace', 'exponential'].map((type) => [
        { const: type },
        ['type'],
      ]),
      [{ const: 'custom' }, ['type', 'betas']],
      [{ const: 'angle' }, ['type']],
      [{ const: 'edm' }, ['type']],
    ]);
  });

  const isPlain = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value);
});
