import { objectSchema, TRAINING_OPTIONS } from '@denoiser/trainer/options';
import { Command } from 'commander';
import { expect, test } from 'vitest';
import { addTrainOptions } from '../train-options';
import { trainingFlags } from './training-flags';

test("an option that is added to the trainer's table has its flag, its help and its place in the schema", () => {
  const added = { ...TRAINING_OPTIONS.weightDecay, about: 'how far the sky bends', fallback: 0.25 };
  const table = { ...TRAINING_OPTIONS, skyBend: added };
  const command = addTrainOptions(new Command('train').exitOverride(), trainingFlags(table));
  expect(command.helpInformation().replace(/\s+/g, ' ')).toContain(
    '--sky-bend <number> how far the sky bends (default: 0.25)',
  );
  command.parse(['--sky-bend', '0.5'], { from: 'user' });
  expect(command.opts()).toMatchObject({ skyBend: 0.5 });
  expect(() => command.parse(['--sky-bend', '-1'], { from: 'user' })).toThrow(
    "--sky-bend must be a number from 0, got '-1'.",
  );
  expect(objectSchema(table)).toMatchObject({
    properties: { skyBend: { description: 'how far the sky bends', default: 0.25 } },
  });
});
