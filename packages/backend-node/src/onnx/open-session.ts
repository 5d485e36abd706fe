import type { OnnxSession } from '@denoiser/onnx';
import { findPackage } from '../device/find-package';
import { NodeError } from '../errors';

const PACKAGE = 'onnxruntime-node';

/** How onnxruntime computes. */
export interface OnnxRuntimeOptions {
  /**
   * What it computes with, best first: 'cuda', 'webgpu', 'dml' (Windows), 'coreml' (macOS), 'cpu', as far as the installed
   * onnxruntime-node has them. Default: 'cpu'.
   */
  readonly providers?: readonly string[];
}

/** A session and what it computes with, for people. */
export interface OpenSession {
  readonly session: OnnxSession & { release(): Promise<void> };
  readonly providers: readonly string[];
}

/**
 * Makes a session of an ONNX model in onnxruntime-node, which users install beside this package.
 *
 * @throws DenoiserError if it is not installed, has no such provider, or cannot read the model.
 */
export async function openSession(model: Uint8Array, options: OnnxRuntimeOptions = {}): Promise<OpenSession> {
  const { providers = ['cpu'] } = options;
  const ort = await loadRuntime();
  const known = ort.listSupportedBackends().map(({ name }) => name);
  const unknown = providers.find((name) => !known.includes(name));
  if (unknown !== undefined || providers.length === 0) {
    throw new NodeError(
      'option-invalid',
      `\`providers\`: onnxruntime-node has no ${JSON.stringify(unknown ?? '')} on this machine; choose of ${known.join(', ')}.`,
    );
  }
  try {
    const session = await ort.InferenceSession.create(model, {
      executionProviders: [...providers],
      logSeverityLevel: 4,
    });
    return { session, providers };
  } catch (error) {
    const why = error instanceof Error ? error.message.split('\n')[0] : String(error);
    throw new NodeError(
      'session-failed',
      `onnxruntime cannot run the model with ${providers.join(', ')} (${why}); choose other providers, or install what is missing.`,
    );
  }
}

async function loadRuntime(): Promise<typeof import('onnxruntime-node')> {
  if (findPackage(PACKAGE) === undefined) {
    throw new NodeError(
      'onnxruntime-missing',
      `The package ${PACKAGE}, which computes ONNX models, is not installed; install it beside denoiser: npm install ${PACKAGE}.`,
    );
  }
  return import(PACKAGE);
}
