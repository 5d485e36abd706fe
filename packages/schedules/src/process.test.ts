import { describe, expect, it } from 'vitest';
import { createProcess, createSchedule, edm, flow, type ProcessOptions, varianceExploding } from './index';

describe('createProcess', () => {
  it('takes the options of every kind', () => {
    expect(createProcess({})).toEqual(createSchedule());
    expect(createProcess({ type: 'cosine', steps: 50 })).toEqual(createSchedule({ type: 'cosine', steps: 50 }));
    expect(createProcess({ kind: 'sigma', sigmaMax: 60 })).toEqual(edm({ sigmaMax: 60 }));
    expect(createProcess({ kind: 'sigma', preconditioning: 've' })).toEqual(varianceExploding());
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

  it('refuses what is none in a sentence', () => {
    expect(() => createProcess({ kind: 'waves' } as unknown as ProcessOptions)).toThrow('discrete, sigma or flow');
    expect(() => createProcess(JSON.parse(JSON.stringify(createSchedule({ steps: 3 }))))).toThrow('JSON');
  });
});
