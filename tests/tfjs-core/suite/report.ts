export type Spec = { name: string; status: string; failures: string[] };

/** What one run of the suite tells. */
export type Report = {
  /** What our kernels ran themselves: jobs of WebAssembly, or dispatches on the GPU. */
  jobs: number;
  /** What failed outside of specs. */
  errors: string[];
  specs: Spec[];
};

export type EngineReport = Report & { simd: string; threads: number };

/** `ran`: which of our kernels that replace tfjs's ran; `replaced`: all of them. Without a GPU there is nothing to tell. */
export type WebGPUReport = (Report & { replaced: string[]; ran: string[] }) | { gpu: false };
