import { isDenoiserError } from '@denoiser/errors';
import type { TensorFile } from '@denoiser/safetensors';
import { planFor, type SamplerOptions, type TrainedAs } from '@denoiser/samplers';
import { PipelineError } from './errors';

/** How images are drawn from a model where nothing else is said. */
export interface DrawingDefaults {
  /** What `planFor` takes: `{ sampler: 'dpmpp-2m', steps: 20 }`. */
  readonly sampler?: SamplerOptions;
  /** Scale of classifier-free guidance. */
  readonly guidance?: number;
}

/** The metadata key of a safetensors file that holds it, as JSON: `{"sampler":"dpmpp-2m","steps":20,"guidance":2}`. */
const KEY = 'denoiser.sampling';

/** What a picture decides, not a model. */
const OF_PICTURES = ['strength', 'inpaint'] as const;

/** More is no guidance, but a file that is not what it seems. */
const MOST_GUIDANCE = 1000;

/** Returns the metadata of a safetensors file that says how images are drawn from its network. */
export const writeDrawingDefaults = ({ sampler, guidance }: DrawingDefaults): Record<string, string> =>
  sampler === undefined && guidance === undefined ? {} : { [KEY]: JSON.stringify({ ...sampler, guidance }) };

/**
 * Reads how images are drawn from the network of a file, as far as the file says it.
 *
 * @throws DenoiserError `weights-damaged` where it is no JSON object, or the scale is none.
 */
export function readDrawingDefaults({ metadata }: Pick<TensorFile, 'metadata'>): DrawingDefaults {
  const text = metadata[KEY];
  if (text === undefined) return {};
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw damaged('is not JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw damaged('is no object');
  const { guidance, ...sampler } = value as Record<string, unknown>;
  const ofPicture = OF_PICTURES.find((name) => name in sampler);
  if (ofPicture) throw damaged(`says "${ofPicture}", which is of a picture`);
  if (guidance !== undefined && !isScale(guidance)) throw damaged(`has no valid "guidance" (it needs a number from 0)`);
  return {
    ...(Object.keys(sampler).length > 0 && { sampler }),
    ...(guidance !== undefined && { guidance }),
  };
}

const isScale = (value: unknown): value is number => typeof value === 'number' && value >= 0 && value <= MOST_GUIDANCE;

/**
 * Checks that a sampler which a file names draws from the file's network.
 *
 * @throws DenoiserError `weights-damaged` where it does not.
 */
export function checkDrawingDefaults({ sampler }: DrawingDefaults, model: TrainedAs): void {
  if (!sampler) return;
  try {
    planFor(model, sampler);
  } catch (error) {
    if (!isDenoiserError(error)) throw error;
    throw damaged(`names no way to draw (${error.message.replace(/\.$/, '').replaceAll(';', ',')})`);
  }
}

const damaged = (what: string) =>
  new PipelineError(
    'weights-damaged',
    `The file's metadata "${KEY}" ${what}; save the weights anew, or take this entry out of the file's metadata.`,
  );
