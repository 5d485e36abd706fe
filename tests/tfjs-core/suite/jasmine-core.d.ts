/** What the suite uses of jasmine-core, which brings no types. */
declare module 'jasmine-core' {
  type Failure = { message: string; stack: string };
  type Reporter = {
    specDone(result: { fullName: string; status: string; failedExpectations: Failure[] }): void;
    suiteDone(result: { fullName: string; failedExpectations: Failure[] }): void;
    jasmineDone(result: { failedExpectations: Failure[]; incompleteReason?: string }): void;
  };
  type Environment = {
    configure(options: { random: boolean }): void;
    clearReporters(): void;
    addReporter(reporter: Reporter): void;
    execute(): Promise<unknown>;
  };
  /** Makes `describe`, `it`, `expect` … global. */
  export function boot(): { DEFAULT_TIMEOUT_INTERVAL: number; getEnv(): Environment };
}
