import { engine, findBackendFactory, setBackend } from '@tensorflow/tfjs-core';

/** Before each file of those that share a process: of the file before no tensor, no flag and no backend is left. */
engine().reset();
// As in a process that has loaded no other backend yet.
if (findBackendFactory('cpu')) await setBackend('cpu');
