import { writeSafetensors } from '@denoiser/safetensors';
import { edm, flow, scoreMatching } from '@denoiser/schedules';
import { describe, expect, test } from 'vitest';
import { readFileTraining, trainingMetadata } from './file-training';
import { resolveOptions } from './options/training-options';
import { parseState } from './training-state';

const options = resolveOptions({ seed: 1, batchSize: 2, process: { type: 'cosine', steps: 100 } });
const state = {
  format: 'denoiser-checkpoint',
  version: 3,
  step: 3,
  epochsDone: 0,
  position: 6,
  architecture: { name: 'tiny', config: { width: 4 } },
  prediction: 'epsilon',
  options,
  dataset: { length: 11, imageShape: [4, 4, 3] as const, classNames: ['a', 'b'] },
  best: { step: 2, loss: 0.5 },
  notes: { any: ['thing'] },
  files: { 'model.safetensors': { bytes: 5, sha256: '0'.repeat(64) } },
};

/** The value with another one at a path; undefined removes it. */
function changed(value: object, path: string, to: unknown): unknown {
  const copy = structuredClone(value) as Record<string, unknown>;
  const names = path.split('.');
  const last = names.pop() as string;
  const holder = names.reduce((at, name) => at[name] as Record<string, unknown>, copy);
  if (to === undefined) delete holder[last];
  else holder[last] = to;
  return copy;
}

/** `changed`, written; JSON can be nested deeper than JSON.stringify can go. */
const text = (value: unknown) => JSON.stringify(value).replace('"DEEP"', `${'['.repeat(1e5)}${']'.repeat(1e5)}`);
const deep = 'DEEP';
const illegibleSchedules: [path: string, to: unknown][] = [
  ['', undefined],
  ['', null],
  ['', 7],
  ['', {}],
  ['.type', undefined],
  ['.type', 'evil'],
  ['.type', 'x'.repeat(1e6)],
  ['.steps', undefined],
  ['.steps', 1e9],
  ['.steps', '100'],
  ['.offset', 'x'],
  ['.other', 1],
];

describe('state.json', () => {
  const parse = (value: unknown) => parseState(3, new TextEncoder().encode(text(value)));

  test('is read as it was written', () => {
    expect(parse(state)).toEqual(state);
    expect(parse(changed(state, 'dataset.classNames', undefined)).dataset).toEqual({
      length: 11,
      imageShape: [4, 4, 3],
    });
  });

  test.each<[path: string, to: unknown]>([
    ['version', '2'],
    ['step', -1],
    ['epochsDone', 0.5],
    ['position', null],
    ['architecture', []],
    ['architecture.name', 5],
    ['architecture.config', undefined],
    ['architecture.config', deep],
    ['prediction', 'evil'],
    ['prediction', undefined],
    ['options', undefined],
    ['options', null],
    ['options', deep],
    ['options.seed', -1],
    ['options.batchSize', 'many'],
    ['options.prediction', 'evil'],
    ['options.variance', undefined],
    ['options.variance', { type: 'toString' }],
    ['options.learningRate', null],
    ['options.unknown', 5],
    ...illegibleSchedules.map(([path, to]): [string, unknown] => [`options.process${path}`, to]),
    ['options.process', { type: 'custom', betas: { length: 1e9 } }],
    ['dataset', 5],
    ['dataset.length', undefined],
    ['dataset.imageShape', 5],
    ['dataset.imageShape', 'x'],
    ['dataset.imageShape', [4, 4, -3]],
    ['dataset.imageShape', [4, 4]],
    ['dataset.imageShape', [65536, 65536, 3]],
    ['dataset.classNames', 'ab'],
    ['dataset.classNames', [5]],
    ['dataset.classNames', ['x'.repeat(1e6)]],
    ['seconds', -1],
    ['seconds', '5'],
    ['best', 5],
    ['best', { step: 1, loss: '0' }],
    ['notes', deep],
    ['files', null],
    ['files', { 'model.safetensors': null }],
    ['files', { 'model.safetensors': { bytes: -1, sha256: '0'.repeat(64) } }],
    ['files', { 'model.safetensors': { bytes: 1, sha256: 'x' } }],
  ])('with %s of %j is damaged, and the field named', (path, to) => {
    const field = path.split('.')[0];
    expect(() => parse(changed(state, path, to))).toThrow(
      expect.objectContaining({
        isDenoiserError: true,
        code: 'checkpoint-damaged',
        message: expect.stringMatching(new RegExp(`^state.json of checkpoint 3 has no valid "${field}.{0,500}$`)),
      }),
    );
  });

  test.each([1, 2])('of version %i has no schedule by default either', (version) => {
    for (const schedule of [undefined, 7]) {
      const { process: _, ...others } = options;
      expect(() => parse({ ...state, version, options: { ...others, schedule } })).toThrow(
        'state.json of checkpoint 3 has no valid "options.schedule" (it needs an object)',
      );
    }
  });
});

describe('what weights say of their training', () => {
  const says = (entry: string) =>
    readFileTraining(writeSafetensors({ metadata: { 'denoiser.training': entry }, tensors: new Map() }));
  const whole = JSON.parse(trainingMetadata({ ...state, prediction: 'epsilon' })['denoiser.training']);

  test('is read as it was written, and need not be there', () => {
    expect(says(JSON.stringify(whole))).toEqual(whole);
    expect(readFileTraining(writeSafetensors({ metadata: {}, tensors: new Map() }))).toEqual({});
  });

  test('is read of earlier files, which called the process a schedule', () => {
    const { process, ...others } = whole;
    expect(says(JSON.stringify({ ...others, schedule: process }))).toEqual(whole);
    expect(() => says(JSON.stringify({ ...others, schedule: 7 }))).toThrow('no valid "schedule" (it needs an object)');
  });

  test.each([
    [flow({ shift: 3 }), 'flow'],
    [scoreMatching({ sigmaMax: 100 }), 'epsilon'],
    [edm({ prediction: 'v' }), 'epsilon'],
  ])('is read of processes that nothing is trained on here: %j', (process, prediction) => {
    const entry = { ...whole, process, prediction };
    expect(says(JSON.stringify(entry))).toEqual(entry);
    const wrong = { ...entry, prediction: prediction === 'flow' ? 'v' : 'flow' };
    expect(() => says(JSON.stringify(wrong))).toThrow('has no valid "prediction" (it needs to be flow for a flow');
    expect(() => says(JSON.stringify({ ...entry, process: { ...process, steps: -1 } }))).toThrow('no valid "process"');
    expect(() => says(JSON.stringify({ ...entry, process: { ...process, extra: 1 } }))).toThrow('no valid "process"');
  });

  test.each<[path: string, to: unknown]>([
    ...illegibleSchedules.map(([path, to]): [string, unknown] => [`process${path}`, to]),
    ['process', { kind: 'other', steps: 5 }],
    ['imageShape', 5],
    ['imageShape', 'x'],
    ['imageShape', [-4, 4, 3]],
    ['prediction', 'evil'],
    ['learnedVariance', 'yes'],
    ['classNames', 'ab'],
    ['classNames', undefined],
    ['step', -1],
  ])('with %s of %j is an error that names the field', (path, to) => {
    expect(() => says(text(changed(whole, path, to)))).toThrow(
      expect.objectContaining({
        isDenoiserError: true,
        code: 'weights-damaged',
        message: expect.stringMatching(
          new RegExp(`^The file's metadata "denoiser.training" has no valid "${path.split('.')[0]}.{0,500}$`),
        ),
      }),
    );
  });

  test.each(['null', '5', '[]', '{"schedule":', ''])('that is %s is an error', (entry) => {
    expect(() => says(entry)).toThrow(
      /^The file's metadata "denoiser.training" is not (an object|JSON); save the weights anew/,
    );
  });
});
