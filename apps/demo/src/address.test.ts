import { signal } from '@preact/signals';
import { beforeEach, expect, test } from 'vitest';
import { decimal, field, oneOf, partsOf, restore, whole, written, yesOrNo } from './address';

const steps = signal(50);
const guidance = signal(2);
const solver = signal('ddpm');
const word = signal('hello');
const isShown = signal(true);
const fields = {
  steps: field(steps, whole(1, 1000)),
  guidance: field(guidance, decimal(1, 8)),
  solver: field(
    solver,
    oneOf(() => ['ddpm', 'ddim']),
  ),
  word: field(word, (text) => (text.length <= 8 ? text : undefined)),
  shown: field(isShown, yesOrNo),
};

beforeEach(() => restore(fields, ''));

test('defaults are not written', () => {
  expect(written(fields)).toBe('');
  steps.value = 5;
  expect(written(fields)).toBe('steps=5');
});

test('what is written is read again, whatever letters it has', () => {
  steps.value = 7;
  guidance.value = 2.5;
  solver.value = 'ddim';
  word.value = 'é &=#?%';
  isShown.value = false;
  const text = written(fields);
  restore(fields, '');
  expect(word.value).toBe('hello');
  restore(fields, text);
  expect([steps.value, guidance.value, solver.value, word.value, isShown.value]).toEqual([
    7,
    2.5,
    'ddim',
    'é &=#?%',
    false,
  ]);
});

test.each([
  'steps=0',
  'steps=1001',
  'steps=-3',
  'steps=1e2',
  'steps=4.5',
  'steps=',
  'steps=NaN',
  'steps=__proto__',
  'guidance=0.5',
  'guidance=Infinity',
  'guidance=0x2',
  'solver=constructor',
  'solver=',
  'word=far too long',
  'shown=1',
  'other=5',
  '%',
  '&&=',
])('%s is ignored, and nothing else with it', (text) => {
  steps.value = 20;
  restore(fields, `${text}&${text.startsWith('solver') ? 'steps=9' : 'solver=ddim'}`);
  expect(written(fields)).toBe(text.startsWith('solver') ? 'steps=9' : 'solver=ddim');
});

test('a fragment has a tab and settings', () => {
  expect(partsOf('#plane?steps=5')).toEqual({ tab: 'plane', settings: 'steps=5' });
  expect(partsOf('#train')).toEqual({ tab: 'train', settings: '' });
  expect(partsOf('')).toEqual({ tab: '', settings: '' });
});
