import { samplerMenu } from '../sample/samplers';

/** The samplers of this tab: of each idea one. */
const CHOSEN = ['ddpm', 'ddim', 'euler', 'heun', 'dpmpp-2m', 'dpmpp-2m-sde', 'unipc', 'euler-a'];

export const planeSolvers = CHOSEN.map((name) => samplerMenu.find(({ value }) => value === name)).filter(
  (entry) => entry !== undefined,
);
