/// <reference types="@webgpu/types" />
import { measureCard } from '../gpu/card';
import { timeOnnx } from '../gpu/onnx-page';
import type { Programs } from './runner';
import { measure } from './workload';

declare const navigator: { readonly gpu: GPU };

const programs: Programs = { measure, measureCard: (options) => measureCard(navigator.gpu, options), timeOnnx };

/** What a browser's page offers to the benchmark. */
Object.assign(globalThis, { programs });
