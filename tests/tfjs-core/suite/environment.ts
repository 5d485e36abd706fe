import { setTestEnvs } from '@tensorflow/tfjs-core/dist/jasmine_util';
import { boot } from 'jasmine-core';
import { options } from './options';

// Evaluated before tfjs's test files, which call `describe` as they load, once for each environment that is set here.
export const jasmine = boot();
// A busy machine is no failure.
jasmine.DEFAULT_TIMEOUT_INTERVAL = 120_000;

// Specs that tfjs-core ships disabled run as well: the list of exceptions says which of them fail, and why.
Object.assign(globalThis, { xit: Reflect.get(globalThis, 'it') });

const { backend, flags } = options;
// Without a canvas, a GPU's values can only be awaited.
setTestEnvs([{ name: backend, backendName: backend, isDataSync: backend !== 'webgpu', flags }]);
