import type { SafetensorsStream } from '@denoiser/safetensors';
import type { UNet2DConfig } from '@denoiser/unet';
import { PipelineError } from '../errors';
import type { ModelFile } from '../model-file';
import { schedulerConfigOf, VERSION } from './write-scheduler';

/** Configurations that are not diffusers' own. */
const OURS = ['resnet_out_scale_factor', 'num_attention_heads'] as const;

/**
 * Returns the files of a model as diffusers saves it, by their paths in its folder: `DiffusionPipeline.from_pretrained` loads it.
 *
 * @param weights the bytes of the weights' file
 * @throws DenoiserError for a network that diffusers does not have.
 */
export function diffusersFiles(
  model: ModelFile,
  weights: SafetensorsStream,
): ReadonlyMap<string, string | SafetensorsStream> {
  const { architecture } = model;
  if (architecture.name !== 'unet2d') {
    throw unfit(`has no network like ${architecture.name}; save its weights as a .safetensors file or as ONNX`);
  }
  const config = architecture.config as UNet2DConfig;
  const own = OURS.find((name) => config[name] !== undefined);
  if (own) throw unfit(`has no ${own} in its UNet2DModel; save the weights as a .safetensors file or as ONNX`);
  const scheduler = model.schedulerConfig ?? schedulerConfigOf(model);
  const [height, width] = model.imageShape;
  const unet = {
    _class_name: 'UNet2DModel',
    ...VERSION,
    ...config,
    sample_size: config.sample_size ?? (height === width ? height : [height, width]),
  };
  const index = {
    _class_name: scheduler._class_name === 'DDIMScheduler' ? 'DDIMPipeline' : 'DDPMPipeline',
    ...VERSION,
    scheduler: ['diffusers', scheduler._class_name],
    unet: ['diffusers', 'UNet2DModel'],
  };
  return new Map<string, string | SafetensorsStream>([
    ['model_index.json', inJson(index)],
    ['scheduler/scheduler_config.json', inJson(scheduler)],
    ['unet/config.json', inJson(unet)],
    ['unet/diffusion_pytorch_model.safetensors', weights],
  ]);
}

const inJson = (value: object): string => `${JSON.stringify(value, null, 2)}\n`;

const unfit = (what: string) => new PipelineError('model-unfit', `diffusers ${what}.`);
