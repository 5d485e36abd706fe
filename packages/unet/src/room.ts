import { availableMemory } from '@denoiser/ops';
import { NetworkError } from './errors';

/** No backend of tfjs holds more in one tensor: 32-bit addresses. */
const LARGEST_TENSOR = 2 ** 32;

/**
 * Checks that there is room for weights of these shapes before any is made: filling them takes minutes, and a machine whose
 * memory is used up answers nobody.
 *
 * @param smaller which options to change
 * @throws DenoiserError if they fit neither a tensor nor the memory.
 */
export function checkRoom(
  parameters: ReadonlyMap<string, { readonly shape: readonly number[] }>,
  smaller: string,
): void {
  const bytes = Array.from(parameters.values(), ({ shape }) => shape.reduce((product, side) => product * side, 4));
  const all = bytes.reduce((sum, each) => sum + each, 0);
  const refuse = (why: string) => {
    throw new NetworkError('model-too-large', `The weights of this U-Net take ${gib(all)} GiB, ${why}; ${smaller}.`);
  };
  const largest = Math.max(...bytes);
  if (largest > LARGEST_TENSOR)
    refuse(`one of them ${gib(largest)}, and none may have more than ${gib(LARGEST_TENSOR)}`);
  const room = availableMemory();
  if (all > room) refuse(`and this process has ${gib(room)} left`);
}

const gib = (bytes: number): string => (bytes / 2 ** 30).toFixed(1);
