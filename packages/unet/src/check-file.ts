import type { DType, TensorFile } from '@denoiser/safetensors';
import type { UNetConfig } from './config';
import { NetworkError } from './errors';
import { ARCHITECTURE, ARCHITECTURE_KEY, describeConfig, inferConfig } from './infer-config';
import type { ParameterSpec } from './layer';
import { fileShape } from './layout';

const FLOATS: readonly DType[] = ['F32', 'F16', 'BF16', 'F64', 'F8_E4M3', 'F8_E5M2'];
const NAMED = 3;
/** Of a name in a message, and of the shape after it. */
const LONGEST = 120;

/**
 * Checks that a file holds exactly these parameters, in the file's shapes.
 *
 * @throws DenoiserError that names the first few that don't fit and says what the file seems to be.
 */
export function checkFile(file: TensorFile, specs: ReadonlyMap<string, ParameterSpec>, config: UNetConfig): void {
  checkArchitecture(file);
  const missing = [...specs.keys()].filter((name) => !file.tensors.has(name));
  const extra = [...file.tensors.keys()].filter((name) => !specs.has(name));
  const misfits: string[] = [];
  for (const [name, spec] of specs) {
    const tensor = file.tensors.get(name);
    if (!tensor) continue;
    const expected = fileShape(spec);
    if (tensor.shape.join() !== expected.join()) {
      misfits.push(`${name} is [${tensor.shape.join(', ')}] instead of [${expected.join(', ')}]`);
    } else if (!FLOATS.includes(tensor.dtype)) {
      misfits.push(`${name} is of type ${tensor.dtype} instead of F32`);
    }
  }
  const faults = [fault('it lacks', missing), fault('it has unknown', extra), fault('', misfits)].filter(Boolean);
  if (faults.length === 0) return;
  throw new NetworkError(
    'parameters-mismatch',
    `The file does not fit this U-Net (${describeConfig(config)}): ${faults.join('; ')}; ${verdict(file, config)}.`,
  );
}

/**
 * Checks the architecture that a file names; one that names none passes.
 *
 * @throws DenoiserError if it is another one.
 */
export function checkArchitecture({ metadata }: TensorFile): void {
  const name = metadata[ARCHITECTURE_KEY];
  if (name === undefined || name === ARCHITECTURE) return;
  throw new NetworkError(
    'architecture-mismatch',
    `The file holds a model of the architecture ${JSON.stringify(name)}, not ${ARCHITECTURE}; load it with the package that made it.`,
  );
}

function fault(what: string, names: string[]): string {
  if (names.length === 0) return '';
  const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : '';
  const shown = names.slice(0, NAMED).map((name) => (name.length > LONGEST ? `${name.slice(0, LONGEST)}…` : name));
  return `${what} ${shown.join(', ')}${more}`.trim();
}

function verdict(file: TensorFile, config: UNetConfig): string {
  const found = inferConfig(file);
  if (!found) return 'it seems to be of another kind of network, so choose another file';
  if (describeConfig(found) === describeConfig(config)) {
    return 'it seems to be a U-Net of these sizes, but changed or damaged, so save it anew';
  }
  return `it seems to be a U-Net with ${describeConfig(found)}, so create the U-Net with these sizes or choose another file`;
}
