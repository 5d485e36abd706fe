import { build } from './setup.mjs';

/** Before any test: the sources that others are made into (the CPU engine's WebAssembly). Turbo skips what has not changed. */
export default function setup() {
  build(['generate']);
}
