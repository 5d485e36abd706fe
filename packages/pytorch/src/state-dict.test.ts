import { readFileSync } from 'node:fs';
import type { TensorEntry } from '@denoiser/safetensors';
import { describe, expect, test } from 'vitest';
import { type PyTorchValue, readPyTorch, stateDictOf } from './index';

const tensor = (...shape: number[]): TensorEntry => {
  const size = shape.reduce((product, length) => product * length, 1);
  return { dtype: 'F32', shape, data: new Float32Array(size) };
};
type Tree = PyTorchValue | { readonly [key: string]: Tree };

/** A dict of names, and of dicts in it. */
function dict(entries: Readonly<Record<string, Tree>>): Map<string, PyTorchValue> {
  const isDict = (value: unknown): value is Record<string, Tree> =>
    Object.getPrototypeOf(value ?? 0) === Object.prototype && !('dtype' in (value as object));
  return new Map(
    Object.entries(entries).map(([key, value]) => [key, isDict(value) ? dict(value) : (value as PyTorchValue)]),
  );
}
const named = (prefix = '') => ({ [`${prefix}conv.weight`]: tensor(2, 3), [`${prefix}conv.bias`]: tensor(2) });
const optimizer = { state: new Map([[0, dict({ exp_avg: tensor(2, 3) })]]), param_groups: [] };
const NAMES = ['conv.weight', 'conv.bias'];

function found(tree: Readonly<Record<string, Tree>>, at?: string) {
  const { tensors, ...rest } = stateDictOf(dict(tree), at === undefined ? {} : { at });
  return { names: [...tensors.keys()], ...rest };
}

test('a dict of tensors is a state dict itself', () => {
  expect(found(named())).toEqual({ names: NAMES, at: '', isAverage: false, others: [], description: 'weights' });
});

test.each(['state_dict', 'model_state_dict', 'model', 'params', 'anything'])('weights are found at %s', (key) => {
  expect(found({ epoch: 3, [key]: named(), optimizer })).toEqual({
    names: NAMES,
    at: key,
    isAverage: false,
    others: ['the state of an optimizer or a schedule at "optimizer"'],
    description: `weights at "${key}"`,
  });
});

test.each(['module.', '_orig_mod.', 'model.', 'ema_model.', 'module._orig_mod.', 'model.module.'])(
  'names are found without %s',
  (prefix) => {
    expect(found({ state_dict: named(prefix) })).toMatchObject({
      names: NAMES,
      description: expect.stringContaining(`at "state_dict", their names without "${prefix}"`),
    });
  },
);

test('a prefix that some names lack is part of the names', () => {
  const mixed = { ...named('model.'), 'head.weight': tensor(2, 2) };
  expect(found(mixed).names).toEqual(['model.conv.weight', 'model.conv.bias', 'head.weight']);
  const both = { ...named('model.'), ...named('module.') };
  expect(found(both).names).toHaveLength(4);
});

test('the average or the weights are taken where that is asked for', () => {
  const both = dict({ model_state_dict: named(), ema: named() });
  expect(stateDictOf(both, { average: true }).at).toBe('ema');
  expect(stateDictOf(both, { average: false }).at).toBe('model_state_dict');
  expect(() => stateDictOf(dict({ ema: named() }), { average: false })).toThrow(
    'The file has no weights but averages; there are averaged weights at "ema"; choose another place.',
  );
  expect(() => stateDictOf(dict({ model: named() }), { average: true })).toThrow(
    'The file has no averaged weights; there are weights at "model"; choose another place.',
  );
});

describe('an average counts before the weights', () => {
  test.each(['ema', 'model_ema', 'ema_state_dict', 'params_ema', 'ema_0.9999', 'swa_model'])('at %s', (key) => {
    expect(found({ model: named(), [key]: named() })).toMatchObject({
      at: key,
      isAverage: true,
      others: ['weights at "model"'],
      description: `averaged weights at "${key}"`,
    });
  });

  test('in a dict with both', () => {
    const ema = { initted: tensor(1), step: tensor(), ...named('online_model.module.'), ...named('ema_model.module.') };
    expect(found({ step: 1, model: named(), ema })).toEqual({
      names: NAMES,
      at: 'ema.ema_model.module',
      isAverage: true,
      others: [
        'weights at "model"',
        'weights at "ema.online_model.module", their names without "online_model.module."',
      ],
      description: 'averaged weights at "ema.ema_model.module", their names without "ema_model.module."',
    });
  });

  test("in PyTorch's AveragedModel", () => {
    expect(found({ n_averaged: tensor(), ...named('module.') })).toMatchObject({ names: NAMES, isAverage: true });
  });

  test('unless it is of a few numbers only', () => {
    expect(found({ model: named(), ema: { decays: tensor(2) } })).toMatchObject({ at: 'model' });
  });
});

test('weights are chosen by where they stand', () => {
  expect(found({ model: named(), ema: named() }, 'model')).toMatchObject({
    at: 'model',
    isAverage: false,
    others: ['averaged weights at "ema"'],
  });
});

test('of several networks the largest is chosen, and the others are told', () => {
  expect(found({ critic: { w: tensor(2) }, generator: named() })).toMatchObject({
    at: 'generator',
    others: ['weights at "critic"'],
  });
});

test('averages without names are told', () => {
  const { at, others } = found({ model: named(), ema: { decay: 0.9, shadow_params: [tensor(2, 3), tensor(2)] } });
  expect(at).toBe('model');
  expect(others).toEqual(['2 tensors without names at "ema.shadow_params"']);
});

test('where there are no weights it says what there is', () => {
  expect(() => found({ optimizer, epoch: 1 })).toThrow(
    'The file has no dict of named tensors; there are the state of an optimizer or a schedule at "optimizer"; save a state dict',
  );
  expect(() => found({ model: named() }, 'ema')).toThrow('no weights at "ema"; there are weights at "model"; choose');
  expect(() => stateDictOf(null)).toThrow(expect.objectContaining({ code: 'state-dict-missing' }));
  expect(() => stateDictOf(tensor(2))).toThrow(expect.objectContaining({ code: 'state-dict-missing' }));
});

test.each(['checkpoint.pt', 'checkpoint-legacy.pt'])(
  'the average in %s of PyTorch has the names of the network',
  async (name) => {
    const bytes = readFileSync(new URL(`../test/fixtures/${name}`, import.meta.url));
    const { tensors, others, ...rest } = stateDictOf(await readPyTorch(bytes));
    expect([...tensors.keys()]).toEqual([
      ...['conv.weight', 'conv.bias', 'norm.weight', 'norm.bias', 'norm.running_mean', 'norm.running_var'],
      ...['norm.num_batches_tracked', 'out.weight', 'out.bias'],
    ]);
    expect(rest).toEqual({
      at: 'ema',
      isAverage: true,
      description: 'averaged weights at "ema", their names without "module."',
    });
    expect(others).toEqual([
      'weights at "model", their names without "module."',
      'the state of an optimizer or a schedule at "optimizer"',
      'the state of an optimizer or a schedule at "lr_scheduler"',
    ]);
  },
);

test('as many dicts as a file can hold are gone through', () => {
  const one = tensor(2);
  const many = new Map(Array.from({ length: 200_000 }, (_, i) => [`d${i}`, new Map([['w', one]])]));
  expect(stateDictOf(many as PyTorchValue).others).toHaveLength(199_999);
});
