import { printable, shortList } from '@denoiser/errors';
import type { OpenTensors } from '@denoiser/safetensors';
import { completeUNet2DConfig } from '@denoiser/unet';
import { naming, PipelineError } from '../errors';
import { isWeightsIndex, openIndexedWeights, openWeights } from '../open-weights';
import { type FileFolder, readJson } from './file-folder';
import { readScheduler, type SchedulerSettings } from './scheduler';
import { invalid, settingsOf } from './settings';

const MODEL_INDEX = 'model_index.json';
const WEIGHTS = 'diffusion_pytorch_model';

/** A model of diffusers whose weights are read one by one. */
export interface DiffusersModel {
  /** Their metadata says what network they are of, as in a file of ours. */
  readonly weights: OpenTensors;
  /** How it was trained and is drawn from; absent where there is no scheduler beside the network. */
  readonly scheduler?: SchedulerSettings;
  /** What the scheduler's file says. */
  readonly schedulerConfig?: Readonly<Record<string, unknown>>;
  /** Which of the files the weights are in. */
  readonly file: string;
}

/** Returns whether these are the files of a model of diffusers, or of its network alone. */
export const isDiffusersFolder = (paths: readonly string[]): boolean =>
  paths.some((path) => path === MODEL_INDEX || path.startsWith(WEIGHTS) || path.startsWith(`unet/${WEIGHTS}`));

/**
 * Opens a model as diffusers saves it: `model_index.json`, `unet/config.json`, `unet/diffusion_pytorch_model.safetensors` (or `.bin`, in
 * shards, in half precision) and `scheduler/scheduler_config.json`; or its `unet` folder alone; or, as of earlier years, all in one folder.
 *
 * @throws DenoiserError where a file is missing or illegible, and for models that are more than a network for images.
 */
export async function openDiffusers(folder: FileFolder): Promise<DiffusersModel> {
  const paths = await folder.list();
  if (paths.includes(MODEL_INDEX)) checkIndex(await readJson(folder, MODEL_INDEX));
  const place = paths.some((path) => path.startsWith('unet/')) ? 'unet/' : '';
  const configPath = `${place}config.json`;
  if (!paths.includes(configPath)) throw missing(configPath, paths);
  const config = await readJson(folder, configPath);
  const type = settingsOf(config, configPath).word('_class_name', 'UNet2DModel');
  if (type !== 'UNet2DModel') throw unknownPart('the network', type);
  const network = await naming(configPath, async () => completeUNet2DConfig(config as Record<string, unknown>));
  const scheduler = await schedulerOf(folder, paths);
  const { file, weights } = await weightsOf(folder, paths, place);
  const metadata = { 'denoiser.architecture': 'unet2d', 'denoiser.config': JSON.stringify(network) };
  return { weights: { ...weights, metadata }, ...scheduler, file };
}

/** What pipelines have beside the network that draws pixels. */
const PARTS = ['unet', 'scheduler'];

function checkIndex(index: unknown): void {
  settingsOf(index, MODEL_INDEX);
  for (const [part, about] of Object.entries(index as Record<string, unknown>)) {
    if (part.startsWith('_') || !Array.isArray(about) || about[1] === null) continue;
    if (!PARTS.includes(part)) throw unknownPart(`its ${part}`, String(about[1]));
  }
}

const unknownPart = (what: string, type: string) =>
  new PipelineError(
    'architecture-unknown',
    `The model has as ${what} a ${JSON.stringify(type).slice(0, 80)}, which is not had here: only a UNet2DModel that draws pixels is; choose another model.`,
  );

const SCHEDULERS = ['scheduler/scheduler_config.json', 'scheduler_config.json'];

async function schedulerOf(
  folder: FileFolder,
  paths: readonly string[],
): Promise<Pick<DiffusersModel, 'scheduler' | 'schedulerConfig'>> {
  const path = SCHEDULERS.find((candidate) => paths.includes(candidate));
  if (path === undefined) return {};
  const config = await readJson(folder, path);
  return { scheduler: readScheduler(config, path), schedulerConfig: config as Record<string, unknown> };
}

/** Forms of the weights, the first that is there being taken; `.fp16` and other variants where there are no others. */
const FORMS: readonly RegExp[] = [
  /^\.safetensors$/,
  /^\.safetensors\.index\.json$/,
  /^\.[\w-]+\.safetensors$/,
  /^(\.[\w-]+\.safetensors\.index|\.safetensors\.index\.[\w-]+)\.json$/,
  /^\.bin$/,
  /^\.bin\.index\.json$/,
  /^\.[\w-]+\.bin$/,
  /^(\.[\w-]+\.bin\.index|\.bin\.index\.[\w-]+)\.json$/,
];
const SHARD = /-\d+-of-\d+/;

async function weightsOf(
  folder: FileFolder,
  paths: readonly string[],
  place: string,
): Promise<{ file: string; weights: OpenTensors }> {
  const endings = paths
    .filter((path) => path.startsWith(place + WEIGHTS) && !SHARD.test(path))
    .map((path) => path.slice((place + WEIGHTS).length));
  const ending = FORMS.flatMap((form) => endings.find((text) => form.test(text)) ?? [])[0];
  if (ending === undefined) throw missing(`${place}${WEIGHTS}.safetensors`, paths);
  const file = place + WEIGHTS + ending;
  const weights = await naming(file, async () => {
    const source = await folder.open(file);
    const openShard = async (name: string) => {
      if (!paths.includes(place + name)) throw missing(place + name, paths);
      return folder.open(place + name);
    };
    return isWeightsIndex(file) ? openIndexedWeights(file, source, openShard) : openWeights(source);
  });
  return { file, weights };
}

const missing = (path: string, paths: readonly string[]) =>
  invalid(
    path,
    `is missing in the folder of the model, which has ${shortList(paths.map((known) => printable(known.slice(0, 80)))) || 'no files'}`,
  );
