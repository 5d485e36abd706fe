import type { TensorEntry, TensorFile, TensorList } from '@denoiser/safetensors';
import type { Translated } from '../architecture';
import { NetworkError } from '../errors';
import type { ParameterSpec } from '../layer';
import { ADM_NAMES, asMatrix, bareNames, type Source, thirdOf } from '../layouts';
import type { UNet2DConfig } from './config';
import type { BlockPlan, UNet2DPlan } from './plan';

/**
 * The files of guided-diffusion and improved-diffusion, the programs of ADM (Dhariwal & Nichol 2021, arXiv:2105.05233) and Nichol
 * & Dhariwal 2021 (arXiv:2102.09672): what they hold is a UNet2DModel under other names.
 */

/** A parameter that every such network has. */
export const ADM_LANDMARK = 'input_blocks.0.0.weight';

type Shapes = Pick<TensorList, 'tensors'>;

/**
 * Returns the configuration that a file's shapes say. What they do not say is asked for: how many heads attention has.
 *
 * @throws DenoiserError if it is a network of theirs that is not had here.
 */
export function inferAdmConfig(file: Shapes, given: Readonly<Record<string, unknown>>): Partial<UNet2DConfig> {
  const shapeOf = (name: string): readonly number[] => file.tensors.get(name)?.shape ?? [];
  const has = (name: string) => file.tensors.has(name);
  const count = (name: (index: number) => string) => {
    let n = 0;
    while (has(name(n))) n++;
    return n;
  };
  const outputs = count((k) => `output_blocks.${k}.0.in_layers.0.weight`);
  /** Where the way up gets larger: a third module, or a second that is no attention. */
  const larger = Array.from({ length: outputs }, (_, k) =>
    [1, 2].find(
      (module) =>
        has(`output_blocks.${k}.${module}.conv.weight`) || has(`output_blocks.${k}.${module}.in_layers.0.weight`),
    ),
  );
  const layers = larger.findIndex((module) => module !== undefined);
  if (layers < 1) refuse('its way up does not get larger, so it is not one that is had here');
  const levels = outputs / (layers + 1);
  if (!Number.isInteger(levels))
    refuse(`it has ${outputs} blocks on the way up, which are not ${layers + 1} at each size`);

  const inputOf = (level: number, layer: number) => `input_blocks.${1 + level * (layers + 1) + layer}`;
  const widths = Array.from(
    { length: levels },
    (_, level) => shapeOf(`${inputOf(level, 0)}.0.out_layers.3.weight`)[0] ?? 0,
  );
  const sampler = `${inputOf(0, layers)}.0`;
  const byResnet = has(`${sampler}.in_layers.0.weight`);
  if (levels > 1 && !byResnet && !has(`${sampler}.op.weight`)) {
    refuse('it gets smaller without a convolution (conv_resample=False), which is not had here');
  }
  const attends = widths.map((_, level) => has(`${inputOf(level, 0)}.1.qkv.weight`));
  const [first, in_channels] = shapeOf(ADM_LANDMARK);
  const [timeDim, timeInput] = shapeOf('time_embed.0.weight');
  if (timeInput !== first) {
    refuse(
      `its times have ${timeInput} numbers and its first layer ${first} channels, and only where both are one it is had here`,
    );
  }
  const plain = (kind: 'Down' | 'Up') => (byResnet ? `Resnet${kind}sampleBlock2D` : `${kind}Block2D`);
  const typeOf = (kind: 'Down' | 'Up', attention: boolean) => (attention ? `Attn${kind}Block2D` : plain(kind));
  const [time] = shapeOf(`${inputOf(0, 0)}.0.emb_layers.1.weight`);
  const classes = shapeOf('label_emb.weight')[0];
  const resample = byResnet ? 'resnet' : 'conv';
  if (given.attention_head_dim === undefined && given.num_attention_heads === undefined) {
    refuse(
      'it does not say how many heads its attention has; give `attention_head_dim` (the num_head_channels of its training, 64 in ADM) or `num_attention_heads` in the configuration',
    );
  }
  return {
    in_channels,
    out_channels: shapeOf('out.2.weight')[0],
    block_out_channels: widths,
    layers_per_block: layers,
    down_block_types: attends.map((attention) => typeOf('Down', attention)) as UNet2DConfig['down_block_types'],
    up_block_types: attends.map((attention) => typeOf('Up', attention)).reverse() as UNet2DConfig['up_block_types'],
    downsample_type: resample,
    upsample_type: resample,
    resnet_time_scale_shift: time === 2 * widths[0] ? 'scale_shift' : 'default',
    time_embedding_dim: timeDim,
    norm_num_groups: 32,
    attn_norm_num_groups: 32,
    ...(classes !== undefined && { num_class_embeds: classes }),
  };
}

/**
 * Returns a file of theirs under the names of a plan.
 *
 * @param interleaved whether queries, keys and values lie head by head, as they do without use_new_attention_order
 */
export function translateAdm(
  given: TensorFile,
  plan: UNet2DPlan,
  parameters: ReadonlyMap<string, ParameterSpec>,
  interleaved: boolean,
): Translated {
  const bare = bareNames(given, ADM_LANDMARK);
  const layers = admLayers(plan);
  const left = new Map(bare.tensors);
  const tensors = new Map<string, TensorEntry>();
  for (const parameter of parameters.keys()) {
    const source = sourceOf(parameter, layers);
    const entry = source && bare.tensors.get(source.name);
    if (!source || !entry) continue;
    left.delete(source.name);
    // Attention projects by convolutions of one pixel.
    const isMatrix = parameters.get(parameter)?.layout === 'matrix';
    const matrix = isMatrix ? asMatrix(entry) : entry;
    const canSplit = entry.shape[0] % 3 === 0;
    tensors.set(
      parameter,
      source.third !== undefined && canSplit ? thirdOf(matrix, source.third, interleaved ? source.heads : 1) : matrix,
    );
  }
  for (const [name, entry] of left) tensors.set(name, entry);
  return {
    file: { metadata: bare.metadata, tensors },
    nameInFile: (parameter) => sourceOf(parameter, layers)?.name,
  };
}

type AdmLayer = { readonly prefix: string; readonly heads: number };

/** Returns where each layer of a plan stands in their files. */
function admLayers(plan: UNet2DPlan): ReadonlyMap<string, AdmLayer> {
  const layers = new Map<string, AdmLayer>();
  const addWay = (blocks: readonly BlockPlan[], way: 'input_blocks' | 'output_blocks') => {
    let index = way === 'input_blocks' ? 1 : 0;
    for (const { layers: rows, sampler } of blocks) {
      for (const { resnet, attention } of rows) {
        layers.set(resnet.name, { prefix: `${way}.${index}.0`, heads: 1 });
        if (attention) layers.set(attention.name, { prefix: `${way}.${index}.1`, heads: attention.heads });
        index++;
      }
      if (!sampler) continue;
      // On the way down it has a place of its own, on the way up it comes last in the block before.
      const module = way === 'input_blocks' ? 0 : rows.at(-1)?.attention ? 2 : 1;
      const at = way === 'input_blocks' ? index++ : index - 1;
      layers.set(sampler.name, { prefix: `${way}.${at}.${module}`, heads: 1 });
    }
  };
  addWay(plan.down, 'input_blocks');
  const [before, attention, after] = plan.mid ?? [];
  if (before) layers.set(before.name, { prefix: 'middle_block.0', heads: 1 });
  if (attention) layers.set(attention.name, { prefix: 'middle_block.1', heads: attention.heads });
  if (after) layers.set(after.name, { prefix: 'middle_block.2', heads: 1 });
  addWay(plan.up, 'output_blocks');
  return layers;
}

/** Returns where a parameter stands in their files. */
function sourceOf(parameter: string, layers: ReadonlyMap<string, AdmLayer>): (Source & { heads: number }) | undefined {
  const dot = parameter.lastIndexOf('.');
  const [path, kind] = [parameter.slice(0, dot), parameter.slice(dot)];
  const layer = [...path.matchAll(/\./g)].map(({ index }) => path.slice(0, index)).find((name) => layers.has(name));
  const place = layer === undefined ? undefined : layers.get(layer);
  const part = layer === undefined ? path : path.slice(layer.length + 1);
  const known = part === 'conv' ? (path.startsWith('down') ? 'op' : 'conv') : ADM_NAMES[part];
  if (known === undefined || (layer === undefined && part !== path)) return undefined;
  const [name, third] = typeof known === 'string' ? [known] : known;
  const full = `${place ? `${place.prefix}.` : ''}${name}${kind}`;
  return { name: full, heads: place?.heads ?? 1, ...(third !== undefined && { third }) };
}

function refuse(what: string): never {
  throw new NetworkError('architecture-mismatch', `The file of guided-diffusion cannot be loaded: ${what}.`);
}
