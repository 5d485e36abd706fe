import { type Dispatch, moduleOf, signatureOf } from './dispatch';

type Pipeline = { readonly pipeline: GPUComputePipeline; readonly layout: GPUBindGroupLayout };

/** Pipelines of a device, each compiled once: by a dispatch's key, and by what it reads and writes as halves. */
export class Pipelines {
  private readonly compiled = new Map<string, Pipeline>();
  private readonly layouts = new Map<string, GPUBindGroupLayout>();

  constructor(private readonly device: GPUDevice) {}

  /**
   * Returns a dispatch's pipeline.
   *
   * @param halves the names of what is halves in memory
   */
  of(dispatch: Dispatch, halves: readonly string[]): Pipeline {
    const key = keyOf(dispatch, halves);
    const known = this.compiled.get(key);
    if (known) return known;
    const { descriptor, layout } = this.describe(dispatch, halves);
    const made = { pipeline: this.device.createComputePipeline(descriptor), layout };
    this.compiled.set(key, made);
    return made;
  }

  /** Begins to compile a dispatch's pipeline, not on this thread, unless it is among those `ahead`, to which it is added by its key. */
  compile(dispatch: Dispatch, halves: readonly string[], ahead: Map<string, Promise<void>>): void {
    const key = keyOf(dispatch, halves);
    if (this.compiled.has(key) || ahead.has(key)) return;
    const { descriptor, layout } = this.describe(dispatch, halves);
    const compiled = this.device.createComputePipelineAsync(descriptor).then(
      (pipeline) => void this.compiled.set(key, { pipeline, layout }),
      () => {}, // whoever runs it is told why
    );
    ahead.set(key, compiled);
  }

  private describe(
    dispatch: Dispatch,
    halves: readonly string[],
  ): { descriptor: GPUComputePipelineDescriptor; layout: GPUBindGroupLayout } {
    const layout = this.layoutOf(dispatch);
    const label = keyOf(dispatch, halves);
    const descriptor = {
      label,
      layout: this.device.createPipelineLayout({ bindGroupLayouts: [layout] }),
      compute: { module: this.device.createShaderModule({ label, code: moduleOf(dispatch, halves) }) },
    };
    return { descriptor, layout };
  }

  private layoutOf(dispatch: Dispatch): GPUBindGroupLayout {
    const signature = signatureOf(dispatch);
    let layout = this.layouts.get(signature.join());
    if (!layout) {
      const entries = signature.map((type, binding) => ({
        binding,
        visibility: GPUShaderStage.COMPUTE,
        buffer: { type },
      }));
      layout = this.device.createBindGroupLayout({ entries });
      this.layouts.set(signature.join(), layout);
    }
    return layout;
  }
}

const keyOf = ({ key }: Dispatch, halves: readonly string[]): string =>
  halves.length > 0 ? `${key}, halves ${halves}` : key;
