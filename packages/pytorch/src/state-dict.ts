import { quote, shortList } from '@denoiser/errors';
import type { TensorEntry } from '@denoiser/safetensors';
import { PyTorchError } from './errors';
import { sizeOf } from './strided';
import { type NamedTensors, unwrap } from './unwrap';
import { isTensor, type PyTorchKey, type PyTorchValue } from './values';

/** The weights of a network in a file of PyTorch, and what else there is. */
export interface StateDict {
  /** By their names without what they were wrapped in, as `module.` and `ema_model.`. */
  readonly tensors: Map<string, TensorEntry>;
  /** Where they stand, as `ema` or `model.state_dict`; '' is the file itself. */
  readonly at: string;
  /** Whether they are an average of the weights over training. */
  readonly isAverage: boolean;
  /** What else could have been chosen by `at`, and what could not, each in a few words. */
  readonly others: readonly string[];
  /** What was chosen, in a few words: `averaged weights at "ema", their names without "module."`. */
  readonly description: string;
}

export interface StateDictOptions {
  /** Where to take the weights from. Default: an average of the weights, if there is one, else what is named as weights are. */
  readonly at?: string;
  /** Whether to take an average of the weights (true) or none (false), where there are both. */
  readonly average?: boolean;
}

type Candidate = Omit<StateDict, 'others' | 'tensors'> & { tensors: NamedTensors; elements: number; rank: number };
type Found = { candidates: Candidate[]; unusable: string[] };

/** What programs call the weights, the likeliest first. */
const USUAL = ['state_dict', 'model_state_dict', 'model', 'params', 'net', 'network', 'unet', ''];
const AVERAGE = /(^|_)(ema|averaged?|swa)(_|\d|$)/i;
const TRAINING = /optim|(^|_)opt(_|$)|sched|scaler/i;
const DEEPEST = 5;

/**
 * Finds the weights of a network in what `readPyTorch` gave: the dict of tensors itself, or in a checkpoint (`state_dict`,
 * `model`, `ema`, …) the average of the weights, if it has one.
 *
 * @throws DenoiserError (`state-dict-missing`) where there are none, or none at `at`; it says what there is.
 */
export function stateDictOf(value: PyTorchValue, { at, average }: StateDictOptions = {}): StateDict {
  const found: Found = { candidates: [], unusable: [] };
  if (value instanceof Map) collect(value, [], found, new Set());
  const { candidates, unusable } = found;
  const largest = candidates.reduce((most, { elements }) => Math.max(most, elements), 0);
  // A few averaged numbers are no average of the weights.
  const isWhole = ({ isAverage, elements }: Candidate) => Number(isAverage && 2 * elements >= largest);
  candidates.sort((a, b) => isWhole(b) - isWhole(a) || a.rank - b.rank || b.elements - a.elements);
  const isMeant = (candidate: Candidate) =>
    (at === undefined || candidate.at === at) && (average === undefined || candidate.isAverage === average);
  const chosen = candidates.find(isMeant);
  const others = [
    ...candidates.filter((candidate) => candidate !== chosen).map(({ description }) => description),
    ...unusable,
  ];
  if (!chosen) {
    const kind =
      average === undefined ? 'dict of named tensors' : average ? 'averaged weights' : 'weights but averages';
    const where = at === undefined ? `no ${kind}` : `no weights at ${quote(at)}`;
    const there = others.length > 0 ? `; there are ${shortList(others)}` : '';
    const todo =
      candidates.length === 0 ? 'save a state dict, with torch.save(model.state_dict(), …)' : 'choose another place';
    throw new PyTorchError('state-dict-missing', `The file has ${where}${there}; ${todo}.`);
  }
  const { tensors, isAverage, description } = chosen;
  return { tensors: new Map(tensors), at: chosen.at, isAverage, others, description };
}

function collect(
  dict: ReadonlyMap<PyTorchKey, PyTorchValue>,
  path: readonly string[],
  found: Found,
  seen: Set<unknown>,
) {
  if (seen.has(dict) || path.length > DEEPEST) return;
  seen.add(dict);
  const place = path.join('.');
  if (dict.has('param_groups') || TRAINING.test(path.at(-1) ?? '')) {
    found.unusable.push(`the state of an optimizer or a schedule at ${quote(place)}`);
    return;
  }
  const tensors = new Map<string, TensorEntry>();
  for (const [key, value] of dict) {
    if (typeof key !== 'string') continue;
    const inner = [...path, key];
    if (isTensor(value)) tensors.set(key, value);
    else if (value instanceof Map) collect(value, inner, found, seen);
    else if (Array.isArray(value) && isTensor(value[0])) {
      found.unusable.push(`${value.length} tensors without names at ${quote(inner.join('.'))}`);
    }
  }
  if (elementsOf(tensors) > tensors.size) found.candidates.push(...candidatesOf(tensors, path));
}

function candidatesOf(tensors: NamedTensors, path: readonly string[]): Candidate[] {
  const isNamedAverage = path.some((key) => AVERAGE.test(key));
  const rank = USUAL.indexOf(path.at(-1) ?? '');
  const parts = unwrap(tensors);
  return parts.map((part) => {
    // Beside an average that it holds itself, a dict's other weights are none, whatever it is called.
    const isAverage = part.isAverage || (isNamedAverage && parts.length === 1);
    const at = [...path, ...(parts.length > 1 ? [part.prefix.slice(0, -1)] : [])].join('.');
    const bare = part.prefix === '' ? '' : `, their names without ${quote(part.prefix)}`;
    return {
      at,
      isAverage,
      tensors: part.tensors,
      elements: elementsOf(part.tensors),
      rank: rank < 0 ? USUAL.length : rank,
      description: `${isAverage ? 'averaged weights' : 'weights'}${at === '' ? '' : ` at ${quote(at)}`}${bare}`,
    };
  });
}

const elementsOf = (tensors: NamedTensors): number =>
  [...tensors.values()].reduce((sum, { shape }) => sum + sizeOf(shape), 0);
