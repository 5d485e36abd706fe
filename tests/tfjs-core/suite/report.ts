export type Spec = { name: string; status: string; failures: string[] };

/** What one run of the suite tells. */
export type Report = {
  simd: string;
  threads: number;
  /** Jobs of WebAssembly that ran: what the engine computed itself. */
  jobs: number;
  /** What failed outside of specs. */
  errors: string[];
  specs: Spec[];
};
