export type { PyTorchErrorCode } from './errors';
export { isPyTorchFile, readPyTorch } from './read';
export { type StateDict, type StateDictOptions, stateDictOf } from './state-dict';
export { isTensor, type PyTorchKey, type PyTorchValue } from './values';
