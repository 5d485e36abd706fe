/** What it takes to run the engine on another machine than WebAssembly. */

export { createEngine, type Engine } from './engine';
export { Address, jobs } from './generated/jobs';
export type { Machine } from './machine';
export { reserveMemory } from './memory';
