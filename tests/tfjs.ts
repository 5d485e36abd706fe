import { createRequire } from 'node:module';

/**
 * What tests see as '@tensorflow/tfjs'. Each slow file loads it in a process of its own, and to import it takes four times as long
 * as to require it: Node first looks through megabytes for the names of what is exported.
 */
const { initializers, input, layers, model, sequential } = createRequire(import.meta.url)('@tensorflow/tfjs');

export * from '@tensorflow/tfjs-core';
export { initializers, input, layers, model, sequential };
