import type { ImageShape } from '@denoiser/ops';
import type { Guidance, NoiseSource, Plan } from '@denoiser/samplers';
import { checkModel } from './check-model';
import { checkKinds, checkOptionNames, checkWhole, notWhatItMust, optionInvalid } from './check-options';
import { chooseClasses, dealLabels } from './classes';
import { type DrawOptions, GUIDANCE } from './draw-options';
import { planOf } from './draw-plan';
import { DRAWING_KINDS, WAY } from './drawing-kinds';
import { PipelineError } from './errors';
import { gridColumns } from './images';
import type { Model } from './model';
import { pixelsOf } from './picture';
import { checkFits, imagesAtOnce } from './room';
import { sharedNoise } from './shared-noise';

const BATCH = 16;
const COUNT = 16;

const OPTIONS: readonly string[] = [
  ...WAY,
  ...['count', 'classes', 'seed', 'sharedNoise', 'indices', 'image', 'inpaint', 'noise'],
];

/** What `drawImages` draws, with all defaults filled in. */
export interface DrawRequest {
  readonly plan: Plan;
  readonly count: number;
  readonly indices: readonly number[];
  readonly labels: readonly number[] | undefined;
  readonly guidance: Guidance | undefined;
  readonly seed: number;
  readonly batchSize: number;
  readonly columns: number;
  readonly image: Float32Array | undefined;
  readonly inpaint: { readonly image: Float32Array; readonly mask: Float32Array } | undefined;
  readonly noise: NoiseSource | undefined;
  readonly signal: AbortSignal | undefined;
}

/**
 * Returns what the options ask for. All that can be wrong with them is found here, before the work. `planFrom` makes the
 * plan, or remembers it.
 *
 * @throws DenoiserError in one sentence.
 */
export function drawRequestOf(model: Model, options: DrawOptions, planFrom = planOf): DrawRequest {
  checkModel('drawImages', model);
  checkOptionNames('drawImages', options, OPTIONS);
  checkKinds(options, DRAWING_KINDS);
  const { imageShape, classNames } = model;
  const { seed = 0, batchSize = BATCH, image, inpaint, signal } = options;
  const classes = chooseClasses(options.classes, classNames);
  const count = options.count ?? options.indices?.length ?? (classes.length || COUNT);
  checkWhole('count', count, 1);
  checkFits(count, imageShape);
  checkWhole('batchSize', batchSize, 1);
  checkWhole('seed', seed, 0);
  const indices = options.indices ?? Array.from({ length: count }, (_, i) => i);
  if (indices.length !== count) throw optionInvalid(`\`indices\` has ${indices.length} numbers for ${count} images.`);
  const hasLabels = classNames.length > 0 && classes.length > 0;
  return {
    plan: planFrom(model, options),
    count,
    indices,
    labels: hasLabels ? dealLabels(count, classes) : undefined,
    guidance: guidanceOf(options, model),
    seed,
    batchSize: imagesAtOnce(batchSize, imageShape),
    columns: gridColumns(count, hasLabels ? new Set(classes).size : 0),
    image: image && pixelsOf(image, imageShape, 'image'),
    inpaint: inpaint && {
      image: pixelsOf(inpaint.image, imageShape, 'inpaint.image'),
      mask: checkMask(inpaint.mask, imageShape),
    },
    noise: noiseOf(options, { seed, count, across: hasLabels ? classes.length : 0 }),
    signal,
  };
}

/** Returns the noise that is drawn from where it is not that of each image's own number. */
function noiseOf(
  { noise, sharedNoise: isShared, indices }: DrawOptions,
  { seed, across, count }: { seed: number; across: number; count: number },
): NoiseSource | undefined {
  if (!isShared) return noise;
  const other = noise ? 'noise' : indices && 'indices';
  if (other) throw optionInvalid(`\`sharedNoise\` says which noise an image has; leave out \`${other}\`.`);
  if (across === 0) {
    throw optionInvalid('`sharedNoise` is for images of classes, which then differ by these alone; leave it out.');
  }
  checkWhole('seed', seed + Math.ceil(count / across) - 1, 0);
  return sharedNoise(seed, across);
}

/** Returns the guidance of the options; none for a model without classes, where asking for it is a mistake. */
function guidanceOf(
  { guidance, negativeClass }: DrawOptions,
  { classNames, guidance: usual = GUIDANCE }: Model,
): Guidance | undefined {
  if (classNames.length === 0) {
    const given = guidance !== undefined ? 'guidance' : negativeClass !== undefined && 'negativeClass';
    if (given) throw optionInvalid(`\`${given}\` needs classes, and this model was trained without; leave it out.`);
    return undefined;
  }
  const [negative] = negativeClass === undefined ? [] : chooseClasses([negativeClass], classNames, 'negativeClass');
  const all = { scale: usual, ...(typeof guidance === 'number' ? { scale: guidance } : guidance) };
  if (!(Number.isFinite(all.scale) && all.scale >= 0)) {
    throw optionInvalid(`\`guidance\` must be a number of at least 0, not ${all.scale}.`);
  }
  return { ...all, ...(negative !== undefined && { negative }) };
}

function checkMask(mask: Float32Array, [height, width]: ImageShape): Float32Array {
  if (!(mask instanceof Float32Array)) throw notWhatItMust('inpaint.mask', 'a Float32Array, [H, W]', mask);
  if (mask.length === height * width) return mask;
  throw new PipelineError(
    'picture-size',
    `\`inpaint.mask\` has ${mask.length} values, and the model's images have ${height}×${width} pixels; give one for each.`,
  );
}
