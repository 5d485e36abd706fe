/** One step of a network. */
export type Step = { readonly network: NetworkName; readonly batch: number; readonly isTraining: boolean };

/** The original U-Net at 64×64, and a small UNet2DModel of diffusers at 32×32, such as the demo ships. */
export const NETWORKS = { original: { side: 64 }, unet2d: { side: 32 } } as const;
export type NetworkName = keyof typeof NETWORKS;

/** The steps that are measured: forward alone for so many images, or forward, gradient and AdamW. */
export const STEPS: Readonly<Record<string, Step>> = {
  'sample-step-b1': { network: 'original', batch: 1, isTraining: false },
  'sample-step-b16': { network: 'original', batch: 16, isTraining: false },
  'train-step-b4': { network: 'original', batch: 4, isTraining: true },
  'unet2d-sample-step-b1': { network: 'unet2d', batch: 1, isTraining: false },
  'unet2d-sample-step-b16': { network: 'unet2d', batch: 16, isTraining: false },
  'unet2d-train-step-b16': { network: 'unet2d', batch: 16, isTraining: true },
};

/** Single operations, and forward with the gradients by all that they take. */
export const OPERATIONS = ['conv3x3', 'gemm', 'attention', 'conv3x3-grad', 'gemm-grad', 'attention-grad'];
/** Those that onnxruntime has too: forward, with weights that are constants. */
export const INFERENCE_OPERATIONS = ['conv3x3', 'gemm'];

export const LARGEST_BATCH = Math.max(...Object.values(STEPS).map(({ batch }) => batch));
