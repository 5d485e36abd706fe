import { describeValue, didYouMean, inBackticks } from '@denoiser/errors';
import { MOST_STEPS, type Process } from '@denoiser/schedules';
import { visitedLevels } from './discrete-grid';
import type { ProcessKind } from './grid';
import { refuseOption } from './refuse';
import { checks, type SamplerOptions, type SolverOptions, samplerOptionNames } from './sampler-options';
import { type Sampler, samplers } from './samplers';

/** What the user chose, and for which model. */
export interface Choice {
  readonly name: string;
  readonly sampler: Sampler;
  readonly options: SamplerOptions;
  readonly process: Process;
  readonly learnedVariance: boolean;
}

/** Where `option` is given and `unless` does not hold, the sentence is the answer. */
interface Rule {
  readonly option: keyof SamplerOptions;
  readonly unless: (choice: Choice) => boolean | undefined;
  readonly sentence: (choice: Choice) => string;
}

const KINDS: Readonly<Record<ProcessKind, { many: string; one: string }>> = {
  discrete: { many: 'models of discrete timesteps', one: 'one of discrete timesteps' },
  sigma: { many: 'EDM models', one: 'an EDM model' },
  angle: { many: 'v-diffusion models', one: 'a v-diffusion model' },
  flow: { many: 'flow models', one: 'a flow model' },
};

/** Grids whose ranges are those of a kind of model. */
const GRIDS: Readonly<Record<string, ProcessKind>> = {
  edm: 'sigma',
  vp: 'sigma',
  ve: 'sigma',
  angle: 'angle',
  flow: 'flow',
};

/** Options that each say which timesteps are taken. */
const TIMESTEPS = ['spacing', 'timesteps', 'original'] as const;

/** Options of solvers, each for the samplers that take it. */
const ownRules = (): Rule[] =>
  (Object.keys(checks) as (keyof SolverOptions)[])
    .map((option) => ({
      option,
      takers: Object.keys(samplers).filter((name) => samplers[name]?.takes?.includes(option)),
    }))
    .filter(({ takers }) => takers.length > 0)
    .map(
      ({ option, takers }): Rule => ({
        option,
        unless: ({ sampler }) => sampler.takes?.includes(option),
        sentence: ({ name }) => `\`${option}\` is for ${list(takers)}, not for ${name}; leave it out.`,
      }),
    );

const rules = (): readonly Rule[] => [
  {
    option: 'order',
    unless: ({ sampler, options }) => sampler.orders?.includes(options.order as number),
    sentence: ({ name, sampler, options }) =>
      `\`order\` ${options.order}: ${name} has the orders ${sampler.orders?.join(', ')}.`,
  },
  {
    option: 'variance',
    unless: ({ options, learnedVariance }) => learnedVariance || !options.variance?.startsWith('learned'),
    sentence: ({ options }) =>
      `\`variance\` ${options.variance} needs a network that learned its variance, which this one did not; use posterior or beta.`,
  },
  ...TIMESTEPS.map(
    (option): Rule => ({
      option,
      unless: ({ options }) => !options[option] || timestepsBy(options).length < 2,
      sentence: ({ options }) => `${list(timestepsBy(options))} each say which timesteps are taken; give one of them.`,
    }),
  ),
  ...TIMESTEPS.map(
    (option): Rule => ({
      option,
      unless: ({ options, process }) => !options[option] || process.kind === 'discrete',
      sentence: () => `\`${option}\` chooses timesteps, but this model has a continuous noise level; use \`sigmas\`.`,
    }),
  ),
  {
    option: 'sigmas',
    unless: ({ options }) => !(options.timesteps || options.original),
    sentence: ({ options }) =>
      `\`sigmas\` and \`${options.timesteps ? 'timesteps' : 'original'}\` both say which levels are taken; give one of them.`,
  },
  {
    option: 'sigmas',
    unless: ({ options, process }) => (GRIDS[options.sigmas as string] ?? process.kind) === process.kind,
    sentence: ({ options, process }) =>
      `\`sigmas\` ${options.sigmas} is for ${KINDS[GRIDS[options.sigmas as string] as ProcessKind].many}, but this is ${KINDS[process.kind].one}; try karras.`,
  },
  {
    option: 'sigmas',
    unless: ({ sampler }) => !sampler.wholeTimesteps,
    sentence: ({ name }) => `\`sigmas\` does not fit ${name}, which moves between whole timesteps; use \`spacing\`.`,
  },
  ...(['sigmaMin', 'sigmaMax', 'rho'] as const).map(
    (option): Rule => ({
      option,
      unless: ({ options }) => options.sigmas !== undefined,
      sentence: () => '`sigmaMin`, `sigmaMax` and `rho` shape a grid of σ; name it, like `sigmas` karras.',
    }),
  ),
  {
    option: 'steps',
    unless: ({ options }) => !options.timesteps,
    sentence: () => '`timesteps` says how many steps there are; leave out `steps`.',
  },
  {
    option: 'steps',
    unless: (choice) => (choice.options.steps as number) <= stepsOf(choice),
    sentence: tooManySteps,
  },
  {
    option: 'steps',
    unless: ({ sampler, options }) => (options.steps as number) >= (sampler.fewest ?? 1),
    sentence: ({ name, sampler, options }) =>
      `\`steps\` ${options.steps} is too few for ${name}, which needs at least ${sampler.fewest} steps; use more, or ddim.`,
  },
  {
    option: 'threshold',
    unless: ({ sampler, options }) => !sampler.rawOutput || options.threshold === 'none',
    sentence: ({ name }) =>
      `\`threshold\` has no effect on ${name}, which works on the network's output as it is; leave it out.`,
  },
  {
    option: 'thresholdRatio',
    unless: ({ options }) => options.threshold === 'dynamic',
    sentence: () => '`thresholdRatio` is for `threshold` dynamic; leave it out.',
  },
  {
    option: 'shift',
    unless: ({ options, process }) => process.kind === 'flow' && !options.sigmas,
    sentence: () => '`shift` is for flow models without `sigmas`; leave it out.',
  },
  {
    option: 'allLevels',
    unless: ({ options, process }) => !options.allLevels || process.kind === 'discrete' || process.kind === 'angle',
    sentence: ({ process }) =>
      `\`allLevels\` is for models that end in noise alone, but this is ${KINDS[process.kind].one}; leave it out.`,
  },
  {
    option: 'offset',
    unless: ({ options }) => options.spacing === 'leading',
    sentence: () => '`offset` moves the timesteps of `spacing` leading; leave it out.',
  },
];

/** Counts the steps that can be taken at most. */
export function stepsOf({ process, options, sampler }: Choice): number {
  if (process.kind !== 'discrete') return MOST_STEPS;
  return visitedLevels(process, options, sampler.create({})) - (options.original ? 1 : 0);
}

function tooManySteps(choice: Choice): string {
  const { name, options, process } = choice;
  const all = stepsOf({ ...choice, options: { ...options, allLevels: true } });
  const most = stepsOf(choice);
  const why =
    process.kind !== 'discrete'
      ? `take at most ${most}`
      : most < all
        ? `${most} of the ${all} of the diffusion hold signal, and ${name} leaves out the others unless \`allLevels\` asks for them`
        : `the diffusion has ${most} steps`;
  return `\`steps\` ${options.steps} is more than there are; ${why}.`;
}

const timestepsBy = (options: SamplerOptions): string[] =>
  TIMESTEPS.filter((option) => options[option]).map((option) => `\`${option}\``);

/**
 * Checks that every option has a name and a value that there are.
 *
 * @throws DenoiserError for the first that has not.
 */
export function checkOptions(options: SamplerOptions): void {
  for (const [option, value] of Object.entries(options)) {
    if (value === undefined) continue;
    const check = Object.hasOwn(checks, option) ? checks[option as keyof SamplerOptions] : undefined;
    if (!check) {
      refuseOption(`There is no option \`${option}\`; ${didYouMean(option, samplerOptionNames, inBackticks)}`);
    }
    if (!check.is(value)) refuseOption(`\`${option}\` must be ${check.must}, not ${describeValue(value)}.`);
  }
}

/**
 * Checks that the options fit the sampler, the model and each other.
 *
 * @throws DenoiserError for the first that does not.
 */
export function checkChoice(choice: Choice): void {
  const { name, sampler, options, process } = choice;
  const refuseBy = ({ option, unless, sentence }: Rule) => {
    if (options[option] !== undefined && !unless(choice)) refuseOption(sentence(choice));
  };
  ownRules().forEach(refuseBy);
  if (!sampler.kinds.includes(process.kind)) {
    const theirs = list(sampler.kinds.map((kind) => KINDS[kind].many));
    refuseOption(`\`sampler\` ${name} is for ${theirs}, but this is ${KINDS[process.kind].one}; try dpmpp-2m.`);
  }
  if (sampler.needsInpainting && !options.inpaint) {
    refuseOption(`\`sampler\` ${name} fills a part of a picture; give \`inpaint\` and \`mask\`.`);
  }
  rules().forEach(refuseBy);
}

const list = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
