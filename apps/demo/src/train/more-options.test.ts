import { TRAINING_OPTIONS } from '@denoiser/trainer/options';
import { expect, test } from 'vitest';
import { boundsOf, plainOptions, sentence } from './more-options';

test("an option that is added to the trainer's table has its field, with its range, default and words", () => {
  const skyBend = { ...TRAINING_OPTIONS.weightDecay, about: 'how far the sky bends', fallback: 0.25 };
  const [field] = plainOptions(Object.keys(TRAINING_OPTIONS), { ...TRAINING_OPTIONS, skyBend });
  expect(field).toMatchObject({ name: 'skyBend', label: 'Sky bend', kind: 'number', about: 'how far the sky bends' });
  expect(field && boundsOf(field)).toEqual({ min: 0 });
  expect(field?.setting.fallback).toBe(0.25);
});

test('numbers, words and switches have fields; what has options of its own has none', () => {
  const kinds = Object.fromEntries(plainOptions([]).map(({ name, kind }) => [name, kind]));
  expect(kinds).toMatchObject({
    batchSize: 'number',
    microBatchSize: 'number',
    prediction: 'words',
    labelDropoutPer: 'words',
    recompute: 'yes',
  });
  expect(kinds).not.toHaveProperty('ema');
  expect(kinds).not.toHaveProperty('betas');
});

test('what is said of an option is a sentence, and ε stays ε', () => {
  expect(sentence('noise that whole pictures share')).toBe('Noise that whole pictures share.');
  expect(sentence('ε of AdamW')).toBe('ε of AdamW.');
  expect(sentence('')).toBe('');
});
