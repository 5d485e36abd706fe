import { describe, expect, it } from 'vitest';
import {
  createProcess,
  createSchedule,
  edm,
  flow,
  karrasSigmas,
  type ProcessOptions,
  scoreMatching,
  sigmaGrid,
  varianceExploding,
} from './index';

describe('createProcess', () => {
  it('takes the options of every kind', () => {
    expect(createProcess({})).toEqual(createSchedule());
    expect(createProcess({ type: 'cosine', steps: 50 })).toEqual(createSchedule({ type: 'cosine', steps: 50 }));
    expect(createProcess({ kind: 'sigma', sigmaMax: 60 })).toEqual(edm({ sigmaMax: 60 }));
    expect(createProcess({ kind: 'sigma', preconditioning: 've' })).toEqual(varianceExploding());
    expect(createProcess({ kind: 'sigma', preconditioning: 'score', sigmaMax: 50 })).toEqual(
      scoreMatching({ sigmaMax: 50 }),
    );
    expect(createProcess({ kind: 'flow', shift: 3 })).toEqual(flow({ shift: 3 }));
  });

  it('returns a built process as it is', () => {
    const schedule = createSchedule({ steps: 10 });
    expect(createProcess(schedule)).toBe(schedule);
    for (const process of [edm({ sigmaMin: 0.01 }), varianceExploding(), flow({ steps: 10 })]) {
      expect(createProcess(process)).toEqual(process);
      expect(createProcess(JSON.parse(JSON.stringify(process)))).toEqual(process);
    }
  });

  it('is what a built schedule says that it was made of', () => {
    for (const options of [{}, { type: 'cosine', steps: 5, zeroTerminalSnr: true }] as const) {
      expect(createProcess(createSchedule(options).options)).toEqual(createSchedule(options));
    }
  });

  it('refuses at once what would have more steps than there can be', () => {
    for (const type of [
      'linear',
      'scaled-linear',
      'cosine',
      'sigmoid-beta',
      'sigmoid-alpha-bar',
      'exponential',
      'laplace',
    ]) {
      const options = { type, steps: 1e9 } as ProcessOptions;
      expect(() => createProcess(options)).toThrow('steps must be a whole number from 1 to 100000, not 1000000000.');
    }
    const betas = new Float64Array(1e6 + 1).fill(0.1);
    expect(() => createProcess({ type: 'custom', betas })).toThrow('betas.length must be');
    expect(() => karrasSigmas(1e9, { min: 0.1, max: 1 })).toThrow('from 1 to 100000');
  });

  it('refuses what is none in a sentence', () => {
    expect(() => createProcess({ kind: 'waves' } as unknown as ProcessOptions)).toThrow(
      'discrete, sigma, angle or flow',
    );
    expect(() => createProcess(JSON.parse(JSON.stringify(createSchedule({ steps: 3 }))))).toThrow('JSON');
  });
});

it.each(['__proto__', 'constructor', 'toString'])('a schedule or a grid of the type %s is none', (type) => {
  expect(() => createProcess({ type, steps: 100 } as never)).toThrow(`Schedule type "${type}" is none of`);
  expect(() => sigmaGrid({ type } as never, 5, { min: 1, max: 2 })).toThrow(`Sigma grid "${type}" is none of`);
});

it('an option that a process does not have is refused, and so is a value that is none', () => {
  expect(() => createProcess({ kind: 'flow', shfit: 3 } as object as ProcessOptions)).toThrow('did you mean `shift`?');
  expect(() => createProcess({ kind: 'angle', shift: 3 } as object as ProcessOptions)).toThrow(
    'A process by angle has no option',
  );
  expect(() => createProcess({ type: 'edm', sigmaMaxx: 3 } as object as ProcessOptions)).toThrow(
    'did you mean `sigmaMax`?',
  );
  expect(() => createProcess({ kind: 'sigma', preconditioning: 'vp' as 've' })).toThrow(
    'must be one of edm, ve, score, not "vp"',
  );
  expect(() => createProcess({ kind: 'sigma', prediction: 'x0' as 'v' })).toThrow('predicts epsilon or v, not "x0"');
});
