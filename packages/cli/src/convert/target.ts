import type { ModelFile } from '@denoiser/backend-node';
import type { FloatDType } from '@denoiser/safetensors';

/** What a conversion's target is asked to be, beside where it is. */
export interface TargetOptions {
  /** The type of the numbers; as the source has them where it is absent. */
  readonly dtype?: FloatDType | undefined;
  readonly overwrite: boolean;
}

/** A form in which a model can be written. */
export interface Target {
  /** What its path ends with; absent for folders. */
  readonly ending?: string;
  /** What it is, in a few words. */
  readonly about: string;
  /**
   * Finds out before the source is read whether the target can be written.
   *
   * @throws DenoiserError where it can't.
   */
  check(path: string, options: TargetOptions): Promise<void>;
  /**
   * Writes a model, and returns what can be done with it, in a sentence.
   *
   * @throws DenoiserError where the model has no such form.
   */
  write(model: ModelFile, path: string, options: TargetOptions): Promise<string>;
}
