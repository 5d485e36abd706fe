import type { OnnxSession } from '@denoiser/onnx';
import { findPackage } from '../device/find-package';
import { NodeError } from '../errors';

const PACKAGE = 'onnxruntime-node';

/** What is used of onnxruntime-node, whose own types users need not have. */
interface Runtime {
  listSupportedBackends(): readonly { readonly name: string }[];
  readonly InferenceSession: {
    create(
      model: Uint8Array,
      options: { readonly executionProviders: string[]; readonly logSeverityLevel: 4 },
    ): Promise<OnnxSession & { release(): Promise<void> }>;
  };
}

/** Where onnxruntime comes from; for tests, which take it away. */
export interface RuntimeSource {
  isInstalled(): boolean;
  load(): Promise<Runtime>;
}

const installed: RuntimeSource = {
  isInstalled: () => findPackage(PACKAGE) !== undefined,
  load: () => import(PACKAGE),
};

/** How onnxruntime computes. */
export interface OnnxRuntimeOptions {
  /**
   * What it computes with, best first: 'cuda', 'webgpu', 'dml' (Windows), 'coreml' (macOS), 'cpu', as far as the installed
   * onnxruntime-node has them. Default: 'cpu'.
   */
  readonly providers?: readonly string[];
}

/**
 * Makes a session of an ONNX model in onnxruntime-node, which users install beside this package.
 *
 * @throws DenoiserError if it is not installed, has no such provider, or cannot read the model.
 */
export async function openSession(
  model: Uint8Array,
  { providers = ['cpu'] }: OnnxRuntimeOptions = {},
  source: RuntimeSource = installed,
): Promise<OnnxSession & { release(): Promise<void> }> {
  if (!source.isInstalled()) {
    throw new NodeError(
      'onnxruntime-missing',
      `The package ${PACKAGE}, which computes ONNX models, is not installed; install it beside denoiser: npm install ${PACKAGE}.`,
    );
  }
  const ort = await source.load();
  const known = ort.listSupportedBackends().map(({ name }) => name);
  const unknown = providers.find((name) => !known.includes(name));
  if (unknown !== undefined || providers.length === 0) {
    throw new NodeError(
      'option-invalid',
      `\`providers\`: onnxruntime-node has no ${JSON.stringify(unknown ?? '')} on this machine; choose of ${known.join(', ')}.`,
    );
  }
  try {
    return await ort.InferenceSession.create(model, {
      executionProviders: [...providers],
      logSeverityLevel: 4,
    });
  } catch (error) {
    const why = error instanceof Error ? error.message.split('\n')[0] : String(error);
    throw new NodeError(
      'session-failed',
      `onnxruntime cannot run the model with ${providers.join(', ')} (${why}); choose other providers, or install what is missing.`,
    );
  }
}
