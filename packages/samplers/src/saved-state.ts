import { isObject } from '@denoiser/errors';
import type { Numbers } from './array-arithmetic';
import { SamplerError } from './errors';
import type { RunState } from './execute';
import type { Plan } from './plan';

/** Numbers as JSON: base64 of their bytes, little-endian, so that they come back bit for bit. */
export interface SavedArray {
  readonly dtype: 'float32' | 'float64';
  readonly data: string;
}

/**
 * A run in the middle, as JSON: noise is a function of seed, step and image, so this and the plan are all it needs. A
 * state of tensors can be resumed on plain arrays with the channels last, and the other way round.
 */
export interface SavedState {
  /** The plan's next step. */
  readonly position: number;
  /** [B, …] of x and of everything remembered. */
  readonly shape: readonly number[];
  readonly x: SavedArray;
  readonly memory: Readonly<Record<string, SavedArray>>;
}

/** Returns a state of plain arrays as JSON. */
export function encodeState(state: RunState<Numbers>, shape: readonly number[]): SavedState {
  const memory = Object.entries(state.memory).map(([name, values]) => [name, encode(values)] as const);
  return { position: state.position, shape: [...shape], x: encode(state.x), memory: Object.fromEntries(memory) };
}

/**
 * Returns the state that a saved one holds, for a run of this plan and shape.
 *
 * @throws DenoiserError that names the field that is damaged, or says that the state is of another run or a finished
 * one.
 */
export function decodeState(saved: SavedState, plan: Plan, shape: readonly number[]): RunState<Numbers> {
  if (!isObject(saved)) damaged('resume', 'an object');
  if (!isShape(saved.shape)) damaged('resume.shape', 'a list of sizes');
  checkPosition(saved.position, plan);
  if (saved.shape.length !== shape.length || saved.shape.some((size, axis) => size !== shape[axis])) {
    throw new SamplerError(
      'state-mismatch',
      `\`resume\` holds a state of [${saved.shape}], but this run is of [${shape}]; resume in the batches it was saved in.`,
    );
  }
  if (!isObject(saved.memory) || !Object.keys(saved.memory).every((name) => NAME.test(name))) {
    damaged('resume.memory', 'an object of arrays by plain names');
  }
  const count = shape.reduce((product, size) => product * size, 1);
  const memory = Object.entries(saved.memory).map(
    ([name, array]) => [name, decode(array, count, `resume.memory.${name}`)] as const,
  );
  return {
    position: saved.position,
    x: decode(saved.x, count, 'resume.x'),
    memory: Object.fromEntries(memory),
  };
}

/** Checks that the plan has a step to go on with. */
export function checkPosition(position: unknown, plan: Plan): void {
  if (!Number.isInteger(position) || (position as number) < 0) damaged('resume.position', 'the number of a step');
  const total = plan.steps.length;
  if (position === total) {
    throw new SamplerError(
      'state-finished',
      `\`resume\` holds a finished run: all ${total} steps are done, and its x is the result.`,
    );
  }
  if ((position as number) > total) {
    throw new SamplerError(
      'state-mismatch',
      `\`resume\` goes on at step ${position}, but the plan has ${total} steps; resume with the plan it was saved from.`,
    );
  }
}

/** What plans call the arrays that they remember. */
const NAME = /^[\w.-]{1,40}$/;
const MOST_AXES = 16;

const isShape = (value: unknown): boolean =>
  Array.isArray(value) && value.length <= MOST_AXES && value.every((size) => Number.isSafeInteger(size) && size >= 0);

/** Throws: the field of a saved state is not what it must be. */
export function damaged(field: string, must: string): never {
  throw new SamplerError('state-damaged', `\`${field}\` is damaged: it must be ${must}; save the state again.`);
}

const CHUNK = 8192; // what one call takes as arguments anywhere

function encode(values: Numbers): SavedArray {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  let text = '';
  for (let i = 0; i < bytes.length; i += CHUNK) text += String.fromCharCode(...bytes.subarray(i, i + CHUNK));
  return { dtype: values instanceof Float64Array ? 'float64' : 'float32', data: btoa(text) };
}

function decode(saved: SavedArray, count: number, field: string): Numbers {
  const make =
    isObject(saved) && (saved.dtype === 'float32' ? Float32Array : saved.dtype === 'float64' && Float64Array);
  if (!make) damaged(field, 'an array of dtype float32 or float64');
  const size = count * make.BYTES_PER_ELEMENT;
  const text = decodeBase64(saved.data);
  if (text?.length !== size) damaged(`${field}.data`, `base64 of ${size} bytes`);
  const values = new make(Uint8Array.from(text, (letter) => letter.charCodeAt(0)).buffer);
  if (!values.every(Number.isFinite)) damaged(`${field}.data`, 'base64 of finite numbers');
  return values;
}

function decodeBase64(data: unknown): string | undefined {
  try {
    return typeof data === 'string' ? atob(data) : undefined;
  } catch {
    return undefined; // not base64
  }
}
