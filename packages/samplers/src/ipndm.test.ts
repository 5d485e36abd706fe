import { angle } from '@denoiser/schedules';
import { describe } from 'vitest';
import golden from '../test/fixtures/ipndm.json';
import { follow } from '../test/follow';
import { planFor } from './index';

/** Times of its models run from 0 to 1. */
const process = angle({ steps: 1 });

describe("the trajectories of diffusers' IPNDMScheduler, on the process by angle", () => {
  for (const [name, expected] of Object.entries(golden.cases)) {
    const steps = expected.timesteps.length;
    follow(`${name} by name`, planFor({ process }, { sampler: 'ipndm', steps, threshold: 'none' }), expected);
  }
});
