import { DenoiserError } from '@denoiser/ops';
import { OPTIONAL_FEATURES } from './capabilities';

/** A GPU device with all that its adapter allows of what kernels use: buffer sizes, workgroup sizes, subgroups, f16. */
export async function requestDevice(gpu: GPU): Promise<{ device: GPUDevice; adapterInfo: GPUAdapterInfo }> {
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) {
    throw new DenoiserError(
      'no-adapter',
      'WebGPU is here, but it found no graphics adapter: update the graphics driver, or choose another device.',
    );
  }
  const { limits } = adapter;
  const device = await adapter.requestDevice({
    requiredFeatures: OPTIONAL_FEATURES.filter((feature) => adapter.features.has(feature as GPUFeatureName)) as never,
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
