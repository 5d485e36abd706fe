
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

@unmanaged
class RandomNormalArguments {
  to: usize;
  /** Values of an image. */
  values: i32;
  /** Blocks of four values of a chunk. */
  blocks: i32;
  /** Chunks of an image. */
  chunks: i32;
  /** The two words of the seed. */
  key0: u32;
  key1: u32;
  stream: u32;
  step: u32;
  /** [images], the index of each. */
  indices: usize;
}

/** Normal noise; chunk (image, blocks of four values). */
export function randomNormalJob(args: RandomNormalArguments, chunk: i32): void {
  const values = <usize>args.values;
  const perChunk = args.blocks;
  const chunks = args.chunks;
  const image = chunk / chunks;
  const first = (chunk % chunks) * perChunk;
  const from = args.to + ((<usize>image * values) << 2);
  const end = from + (values << 2);
  const index = load<u32>(args.indices + (image << 2));
  for (let block = first; block < first + perChunk; block++) {
    const to = from + ((<usize>block) << 4);
    if (to >= end) return;
    let c0: u32 = block;
    let c1: u32 = args.step;
    let c2: u32 = index;
    let c3: u32 = args.stream;
    let k0: u32 = args.key0;
    let k1: u32 = args.key1;
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

@unmanaged
class EmbeddingArguments {
  table: usize;
  indices: usize;
  channels: i32;
  to: usize;
}

/** Rows of a table, or zeros where the index is negative; chunk: a row of the output. */
export function embeddingJob(args: EmbeddingArguments, chunk: i32): void {
  const bytes = <usize>args.channels << 2;
  const to = args.to + <usize>chunk * bytes;
  const index = load<i32>(args.indices + (chunk << 2));
  if (index < 0) memory.fill(to, 0, bytes);
  else memory.copy(to, args.table + <usize>index * bytes, bytes);
}

@unmanaged
class EmbeddingGradArguments {
  dy: usize;
  indices: usize;
  /** How many indices. */
  count: i32;
  channels: i32;
  to: usize;
}

/** The sum of dy over the indices that name a row, in order; chunk: a row of the table. */
export function embeddingGradJob(args: EmbeddingGradArguments, chunk: i32): void {
  const channels = args.channels;
  const bytes = (<usize>channels) << 2;
  const to = args.to + <usize>chunk * bytes;
  memory.fill(to, 0, bytes);
  for (let i = 0; i < args.count; i++) {
    if (load<i32>(args.indices + (i << 2)) != chunk) continue;
    const from = args.dy + <usize>i * bytes;
    for (let c = 0; c < channels; c++) {
      const at = <usize>c << 2;
      store<f32>(to + at, load<f32>(to + at) + load<f32>(from + at));
    }
  }
}
