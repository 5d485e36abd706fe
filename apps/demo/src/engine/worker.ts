import { serveWorker } from '@denoiser/backend-web/worker';
import { networks } from '@denoiser/pipeline';
import { createUNet, createUNet2D, loadUNet, type UNet2DChoice, type UNetConfig, unet2dFor } from '@denoiser/unet';

/** What the page asks for; runs that it kept before it knew the recommended network have the original's `baseWidth`. */
type Asked = (UNet2DChoice & { readonly seed?: number }) | (Partial<UNetConfig> & { readonly baseWidth: number });

serveWorker({
  createModel(asked: Asked) {
    if ('baseWidth' in asked) return createUNet(asked);
    const { seed = 0, ...choice } = asked;
    return createUNet2D(unet2dFor(choice), { seed });
  },
  loadModel: loadUNet,
  networks,
});
