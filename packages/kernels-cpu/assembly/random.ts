import { argument } from './pool';

/** Philox4x32-10 (Salmon et al. 2011) and Box–Muller; what the counter's words mean is told in docs/architecture.md. */

const TWO_PI: f64 = 6.283185307179586;

@inline
function uniform(word: u32): f64 {
  return (<f64>word + 0.5) * 2.3283064365386963e-10;
}

/** Two normals from two words, as many of them as fit before `end`. */
@inline
function pair(a: u32, b: u32, to: usize, end: usize): void {
  const radius = Math.sqrt(-2 * Math.log(uniform(a)));
  const angle = TWO_PI * uniform(b);
  if (to < end) store<f32>(to, <f32>(radius * Math.cos(angle)));
  if (to + 4 < end) store<f32>(to + 4, <f32>(radius * Math.sin(angle)));
}

/** Job: chunk of blocks of one image's normals. 0 to, 1 values an image, 2 blocks of four a chunk, 3 chunks an image, 4 and 5 key, 6 stream, 7 step, 8 table of indices. */
export function randomNormalJob(chunk: i32): void {
  const values = argument(1);
  const perChunk = <i32>argument(2);
  const chunks = <i32>argument(3);
  const image = chunk / chunks;
  const first = (chunk % chunks) * perChunk;
  const from = argument(0) + ((<usize>image * values) << 2);
  const end = from + (values << 2);
  const index = load<u32>(argument(8) + (image << 2));
  for (let block = first; block < first + perChunk; block++) {
    const to = from + ((<usize>block) << 4);
    if (to >= end) return;
    let c0: u32 = block;
    let c1: u32 = <u32>argument(7);
    let c2: u32 = index;
    let c3: u32 = <u32>argument(6);
    let k0: u32 = <u32>argument(4);
    let k1: u32 = <u32>argument(5);
    for (let round = 0; round < 10; round++) {
      const p0 = <u64>c0 * 0xd2511f53;
      const p1 = <u64>c2 * 0xcd9e8d57;
      c0 = (<u32>(p1 >> 32)) ^ c1 ^ k0;
      c1 = <u32>p1;
      c2 = (<u32>(p0 >> 32)) ^ c3 ^ k1;
      c3 = <u32>p0;
      k0 += 0x9e3779b9;
      k1 += 0xbb67ae85;
    }
    pair(c0, c1, to, end);
    pair(c2, c3, to + 8, end);
  }
}

/** Job: chunk = row of the output: a row of the table, or zeros. 0 table, 1 indices, 2 channels, 3 to. */
export function embeddingJob(chunk: i32): void {
  const bytes = argument(2) << 2;
  const to = argument(3) + <usize>chunk * bytes;
  const index = load<i32>(argument(1) + (chunk << 2));
  if (index < 0) memory.fill(to, 0, bytes);
  else memory.copy(to, argument(0) + <usize>index * bytes, bytes);
}

/** Job: chunk = row of the table: the sum of dy over the indices that name it, in order. 0 dy, 1 indices, 2 channels, 3 to, 4 number of indices. */
export function embeddingGradJob(chunk: i32): void {
  const channels = <i32>argument(2);
  const bytes = (<usize>channels) << 2;
  const to = argument(3) + <usize>chunk * bytes;
  memory.fill(to, 0, bytes);
  for (let i = 0; i < <i32>argument(4); i++) {
    if (load<i32>(argument(1) + (i << 2)) != chunk) continue;
    const from = argument(0) + <usize>i * bytes;
    for (let c = 0; c < channels; c++) {
      const at = <usize>c << 2;
      store<f32>(to + at, load<f32>(to + at) + load<f32>(from + at));
    }
  }
}
