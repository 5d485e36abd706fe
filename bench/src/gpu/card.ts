/// <reference types="@webgpu/types" />

/** How a card is measured. */
export type CardOptions = {
  /** A measurement goes on for so long at least. */
  readonly leastMs: number;
  /** Bytes that are copied at once: more than caches hold. */
  readonly copied: number;
  /** Workgroups that multiply and add at once: more than a card has room for. */
  readonly workgroups: number;
};

/** What a card can do, measured by kernels that do nothing else. */
export type Card = {
  readonly adapter: Pick<GPUAdapterInfo, 'vendor' | 'architecture' | 'device' | 'description'> & {
    readonly isFallbackAdapter: boolean;
  };
  /** Those of its features that kernels of ours or of others may use. */
  readonly features: readonly string[];
  readonly clock: 'timestamps of the GPU' | 'the clock on the wall';
  /** FLOP/s of multiply-adds in registers, which are two each. */
  readonly f32: number;
  readonly f16?: number;
  /** Bytes per second that a copy reads and writes. */
  readonly bytesPerSecond: number;
  /** Seconds that a dispatch of nothing takes among others. */
  readonly dispatchSeconds: number;
};

const OF_INTEREST = ['timestamp-query', 'shader-f16', 'subgroups', 'chromium-experimental-subgroup-matrix'];
const GROUP = 256;
const RUNS = 5;
/** In the innermost loop: chains that don't wait for each other, and links of each. */
const CHAINS = 8;
const LINKS = 4;
const ROUNDS = 64;

/** Measures what the GPU's adapter can do. @throws Error where there is none */
export async function measureCard(gpu: GPU, { leastMs, copied, workgroups }: CardOptions): Promise<Card> {
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) throw new Error('WebGPU found no graphics adapter.');
  const features = OF_INTEREST.filter((name) => adapter.features.has(name));
  const requiredFeatures = features.filter((name) => /timestamp|f16/.test(name)) as GPUFeatureName[];
  const device = await adapter.requestDevice({ requiredFeatures });
  try {
    const hasTimestamps = requiredFeatures.includes('timestamp-query');
    const clock = hasTimestamps ? gpuClock(device) : wallClock(device);
    const rate = async (work: number, dispatch: Dispatching) => work / (await secondsOf(dispatch, clock, leastMs));
    const flops = (type: 'f32' | 'f16') =>
      rate(workgroups * GROUP * ROUNDS * CHAINS * LINKS * 4 * 2, multiplyAdds(device, type, workgroups));
    const { vendor, architecture, device: name, description } = adapter.info;
    const { isFallbackAdapter = false } = adapter.info as { isFallbackAdapter?: boolean };
    return {
      adapter: { vendor, architecture, device: name, description, isFallbackAdapter },
      features,
      clock: hasTimestamps ? 'timestamps of the GPU' : 'the clock on the wall',
      f32: await flops('f32'),
      ...(requiredFeatures.includes('shader-f16') && { f16: await flops('f16') }),
      bytesPerSecond: await rate(2 * copied, copying(device, copied)),
      dispatchSeconds: 1 / (await rate(1, nothing(device))),
    };
  } finally {
    device.destroy();
  }
}

type Dispatching = (pass: GPUComputePassEncoder) => void;
/** Seconds of a dispatch, `times` over. */
type Clock = (dispatch: Dispatching, times: number) => Promise<number>;

/**
 * Seconds of one dispatch, the least of some runs that each take as long as they should. Whether they do is judged by the least, too:
 * one run may be held up by something else, and the rest be shorter than what the clock can tell.
 */
async function secondsOf(dispatch: Dispatching, clock: Clock, leastMs: number): Promise<number> {
  for (let times = 1; ; times *= 2) {
    let least = Number.POSITIVE_INFINITY;
    for (let run = 0; run < RUNS; run++) least = Math.min(least, await clock(dispatch, times));
    if (least >= leastMs / 1000) return least / times;
  }
}

function gpuClock(device: GPUDevice): Clock {
  const querySet = device.createQuerySet({ type: 'timestamp', count: 2 });
  const resolved = device.createBuffer({ size: 16, usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC });
  const read = device.createBuffer({ size: 16, usage: GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ });
  return async (dispatch, times) => {
    const encoder = device.createCommandEncoder();
    const timestampWrites = { querySet, beginningOfPassWriteIndex: 0, endOfPassWriteIndex: 1 };
    const pass = encoder.beginComputePass({ timestampWrites });
    for (let i = 0; i < times; i++) dispatch(pass);
    pass.end();
    encoder.resolveQuerySet(querySet, 0, 2, resolved, 0);
    encoder.copyBufferToBuffer(resolved, 0, read, 0, 16);
    device.queue.submit([encoder.finish()]);
    await read.mapAsync(GPUMapMode.READ);
    const [begun, ended] = new BigUint64Array(read.getMappedRange().slice(0)) as unknown as [bigint, bigint];
    read.unmap();
    return Number(ended - begun) / 1e9;
  };
}

/** By what a submission takes until it is done, less what one of nothing takes. */
function wallClock(device: GPUDevice): Clock {
  const whole: Clock = async (dispatch, times) => {
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    for (let i = 0; i < times; i++) dispatch(pass);
    pass.end();
    const started = performance.now();
    device.queue.submit([encoder.finish()]);
    await device.queue.onSubmittedWorkDone();
    return (performance.now() - started) / 1000;
  };
  return async (dispatch, times) => {
    const empty = await whole(dispatch, 0);
    return Math.max(0, (await whole(dispatch, times)) - empty);
  };
}

const chain = (join: (i: number) => string, by: string) => Array.from({ length: CHAINS }, (_, i) => join(i)).join(by);

/** Values go towards a fixed point, so that none grows out of its type; all are stored, so that none is left out. */
function multiplyAdds(device: GPUDevice, type: 'f32' | 'f16', workgroups: number): Dispatching {
  const vector = `vec4<${type}>`;
  const results = storage(device, workgroups * GROUP * (type === 'f32' ? 16 : 8));
  const links = chain((i) => `x${i} = fma(x${i}, a, b);`, ' ');
  const code = `
    ${type === 'f16' ? 'enable f16;' : ''}
    @group(0) @binding(0) var<storage, read_write> results: array<${vector}>;
    @compute @workgroup_size(${GROUP})
    fn main(@builtin(global_invocation_id) id: vec3u) {
      let a = ${vector}(0.5, 0.25, 0.125, 0.75);
      let b = ${vector}(${type}(id.x % 7u));
      ${chain((i) => `var x${i} = ${vector}(${type}(id.x % 5u + ${i}u));`, ' ')}
      for (var round = 0; round < ${ROUNDS}; round++) { ${`${links} `.repeat(LINKS)} }
      results[id.x] = ${chain((i) => `x${i}`, ' + ')};
    }`;
  return dispatching(device, code, [results], workgroups);
}

function copying(device: GPUDevice, bytes: number): Dispatching {
  const code = `
    @group(0) @binding(0) var<storage, read_write> source: array<vec4f>;
    @group(0) @binding(1) var<storage, read_write> target_: array<vec4f>;
    @compute @workgroup_size(${GROUP})
    fn main(@builtin(global_invocation_id) id: vec3u) { target_[id.x] = source[id.x]; }`;
  return dispatching(device, code, [storage(device, bytes), storage(device, bytes)], bytes / 16 / GROUP);
}

function nothing(device: GPUDevice): Dispatching {
  return dispatching(device, '@compute @workgroup_size(1) fn main() {}', [], 1);
}

const storage = (device: GPUDevice, size: number) => device.createBuffer({ size, usage: GPUBufferUsage.STORAGE });

function dispatching(device: GPUDevice, code: string, buffers: GPUBuffer[], workgroups: number): Dispatching {
  const module = device.createShaderModule({ code });
  const pipeline = device.createComputePipeline({ layout: 'auto', compute: { module } });
  const entries = buffers.map((buffer, binding) => ({ binding, resource: { buffer } }));
  const group = device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries });
  return (pass) => {
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, group);
    pass.dispatchWorkgroups(workgroups);
  };
}
