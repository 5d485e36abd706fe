/** What an adapter can do, as far as kernels adapt to it. */
export type Capabilities = {
  /** Invocations in a workgroup, at most. */
  readonly workgroupSize: number;
  /** Bytes of workgroup memory, at most. */
  readonly workgroupBytes: number;
  /** Storage buffers that one shader can see, at most. */
  readonly storageBuffers: number;
  /** Bytes of a tensor, at most. */
  readonly tensorBytes: number;
};

export function readCapabilities({ limits }: GPUDevice): Capabilities {
  return {
    workgroupSize: Math.min(limits.maxComputeInvocationsPerWorkgroup, limits.maxComputeWorkgroupSizeX),
    workgroupBytes: limits.maxComputeWorkgroupStorageSize,
    storageBuffers: limits.maxStorageBuffersPerShaderStage,
    tensorBytes: Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize),
  };
}
