import { KernelError } from './errors';

/** `tf.time` reads the GPU's clock where there is one. */
const OPTIONAL_FEATURES = ['timestamp-query'] as const;

/** A GPU device with all that its adapter allows of what kernels use: buffer sizes, workgroup sizes, storage buffers. */
export async function requestDevice(gpu: GPU): Promise<{ device: GPUDevice; adapterInfo: GPUAdapterInfo }> {
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) {
    throw new KernelError(
      'adapter-missing',
      'WebGPU is here, but it found no graphics adapter: update the graphics driver, or choose another device.',
    );
  }
  const { limits } = adapter;
  const device = await adapter.requestDevice({
    requiredFeatures: OPTIONAL_FEATURES.filter((feature) => adapter.features.has(feature)),
    requiredLimits: {
      maxBufferSize: limits.maxBufferSize,
      maxStorageBufferBindingSize: limits.maxStorageBufferBindingSize,
      maxStorageBuffersPerShaderStage: limits.maxStorageBuffersPerShaderStage,
      maxComputeWorkgroupStorageSize: limits.maxComputeWorkgroupStorageSize,
      maxComputeInvocationsPerWorkgroup: limits.maxComputeInvocationsPerWorkgroup,
      maxComputeWorkgroupSizeX: limits.maxComputeWorkgroupSizeX,
      maxComputeWorkgroupSizeY: limits.maxComputeWorkgroupSizeY,
      maxComputeWorkgroupsPerDimension: limits.maxComputeWorkgroupsPerDimension,
    },
  });
  return { device, adapterInfo: adapter.info };
}
