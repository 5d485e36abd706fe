export type { PyTorchErrorCode } from './errors';
export { type OpenStateDict, openPyTorchShards } from './open-shards';
export { isPyTorchFile, type OpenPyTorch, openPyTorch, readPyTorch } from './read';
export { type StateDict, type StateDictOptions, stateDictOf } from './state-dict';
export { isTensor, type PyTorchKey, type PyTorchValue } from './values';
