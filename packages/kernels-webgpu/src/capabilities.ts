/** What an adapter can do, as far as kernels adapt to it. */
export type Capabilities = {
  /** Invocations in a workgroup, at most. */
  readonly workgroupSize: number;
  /** Bytes of workgroup memory, at most. */
  readonly workgroupBytes: number;
  /** Storage buffers that one shader can see, at most. */
  readonly storageBuffers: number;
  /** `enable subgroups;` is allowed. */
  readonly subgroups: boolean;
  /** Invocations in a subgroup: the least and the most there can be; 1 and 1 without subgroups. */
  readonly subgroupSizes: readonly [min: number, max: number];
  /** `enable f16;` is allowed. */
  readonly f16: boolean;
};

/** The features that kernels use where the adapter has them. */
export const OPTIONAL_FEATURES = ['subgroups', 'shader-f16', 'timestamp-query'] as const;

export function readCapabilities(device: GPUDevice, info?: GPUAdapterInfo): Capabilities {
  const { limits, features } = device;
  const subgroups = features.has('subgroups' as GPUFeatureName);
  const { subgroupMinSize = 1, subgroupMaxSize = 128 } = (info ?? {}) as Partial<
    Record<'subgroupMinSize' | 'subgroupMaxSize', number>
  >;
  return {
    workgroupSize: Math.min(limits.maxComputeInvocationsPerWorkgroup, limits.maxComputeWorkgroupSizeX),
    workgroupBytes: limits.maxComputeWorkgroupStorageSize,
    storageBuffers: limits.maxStorageBuffersPerShaderStage,
    subgroups,
    subgroupSizes: subgroups ? [subgroupMinSize, subgroupMaxSize] : [1, 1],
    f16: features.has('shader-f16'),
  };
}
