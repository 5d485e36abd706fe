import { type Network, networks } from '@denoiser/pipeline';
import type { UNet2DConfig } from '@denoiser/unet';
import type { RunConfig } from '../config/run-schema';
import { CommandError } from '../errors';

/** The table of classes in a network's files, by its architecture. */
export const CLASS_TABLES: Readonly<Record<string, string>> = {
  'ddpm-unet': 'label_emb.weight',
  unet2d: 'class_embedding.weight',
};

/**
 * Creates a network other than the original's, for these classes.
 *
 * @throws DenoiserError where it is not known here, or can't have them.
 */
export function createNetwork(
  { architecture, config }: NonNullable<RunConfig['network']>,
  { classes }: { classes: number | undefined },
): Network {
  const kind = networks.find((one) => one.architecture === architecture);
  if (architecture !== 'unet2d' || !kind) {
    throw new CommandError(
      'config-invalid',
      `network.architecture is ${JSON.stringify(architecture)}; a run has the original's network, null, or unet2d.`,
    );
  }
  const { class_embed_type: type } = config as Partial<UNet2DConfig>;
  if (type !== undefined && type !== null) {
    throw new CommandError(
      'model-unfit',
      `A run has classes of a table, and this network ${type} embeddings; train it with @denoiser/trainer.`,
    );
  }
  return kind.create({ ...config, num_class_embeds: classes ?? null } as never);
}
