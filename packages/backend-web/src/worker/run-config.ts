import { WebError } from '../error';
import type { DecodedImages } from '../images/image-set';
import type { TrainRequest } from '../protocol/training';
import type { RunConfig } from '../storage/runs';

/** The page's request with defaults filled in. Errors: `bad-option`; the trainer checks its own options. */
export function runConfigOf(request: TrainRequest, { imageShape, classNames }: DecodedImages): RunConfig {
  const { run, steps, isFlipped = false, checkpointEvery = 200, keep = 2, training = {}, samples = {} } = request;
  const isConditional = request.isConditional ?? classNames.length > 0;
  const seed = training.seed ?? 0;
  const check = (isGood: boolean, what: string) => {
    if (!isGood) throw new WebError('bad-option', `The training request is wrong: ${what}.`);
  };
  const isCount = (value: unknown) => Number.isSafeInteger(value) && Number(value) >= 1;
  check(typeof run === 'string' && run.trim() !== '', 'give the run a name');
  check(isCount(steps), `give the number of steps, a whole number from 1, not ${steps}`);
  check(isCount(checkpointEvery), `checkpointEvery is a whole number from 1, not ${checkpointEvery}`);
  check(isCount(keep), `keep is a whole number from 1, not ${keep}`);
  check(!isConditional || classNames.length > 0, 'a conditional network needs images with class names');
  const { every = 200, count = 8, solverSteps = 20, guidance = 3 } = samples ?? {};
  for (const [name, value] of Object.entries({ every, count, solverSteps })) {
    check(isCount(value), `samples.${name} is a whole number from 1, not ${value}`);
  }
  return {
    run,
    model: {
      channels: imageShape[2],
      imageSize: imageShape[0],
      seed,
      ...(isConditional && { classes: classNames.length }),
      ...request.model,
    },
    training: { batchSize: 8, ...training, seed },
    isConditional,
    isFlipped,
    steps,
    checkpointEvery,
    keep,
    samples: samples === null ? null : { every, count, solverSteps, guidance },
    changed: Date.now(),
  };
}
