import { activationCases } from './activations';
import type { KernelCase } from './case';

/** Every case, by what it is about. A new family of kernels is a file and a line here. */
export const cases: Readonly<Record<string, readonly KernelCase[]>> = { activations: activationCases };
