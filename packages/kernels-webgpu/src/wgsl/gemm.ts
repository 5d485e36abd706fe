import { FLAT_GROUP } from '../dispatch';
import { ACTIVATIONS } from './activations';
import { four, type Operand, type Packing } from './gemm-operand';
import { type GemmPlan, type GemmShape, invocations, type Tile, tileColumns, tileRows } from './gemm-plan';
import { workgroupSum } from './reductions';

/** A product to generate a shader for. */
export type Gemm = {
  readonly shape: GemmShape;
  readonly plan: GemmPlan;
  readonly a: Operand;
  readonly b: Operand;
  /**
   * WGSL of `fn finish(value: vec4f, places: vec4u, columns: vec4u) -> vec4f`, applied to each four of a row before they are stored;
   * `places`: where in the result they go.
   */
  readonly finish: string;
  /** Also store Σ_k B[k, n], which costs nothing to read. For one matrix, not a batch. */
  readonly columnSums: boolean;
  /** Also store each tile's mean and squared deviations. For one split, and a C that is all whole tiles. */
  readonly moments: boolean;
  /** Where the rows of C go, see `rowsInOrder`. */
  readonly rowOf: string;
  /** Type of the results' bindings, see `resultType`. */
  readonly result: 'vec4f' | 'f32';
};

/** WGSL of `fn rowOf(matrix: u32, row: u32) -> u32`: which row of the result in memory a row of C is. */
export const rowsInOrder = (m: number, suffix = ''): string =>
  `fn rowOf${suffix}(matrix: u32, row: u32) -> u32 { return matrix * ${m}u + row; }`;

/** Results are stored four at a time if rows of C are aligned and an invocation has four columns that are neighbours. */
export const resultType = (n: number, b: Operand): 'vec4f' | 'f32' =>
  n % 4 === 0 && b.packing === 'outer' ? 'vec4f' : 'f32';

/** Workgroups of a product. */
export const gemmGroups = ({ m, n, batch }: GemmShape, { tile, splits }: GemmPlan): number =>
  batch * splits * Math.ceil(m / tileRows(tile)) * Math.ceil(n / tileColumns(tile));

/** WGSL of several functions that share what stands in workgroup memory. */
export type GemmFunction = {
  /** Functions, of which `product<suffix>(group: u32, local: u32)` computes the tile of workgroup `group`. */
  readonly code: string;
  /** Vectors of workgroup memory, for A and for B. */
  readonly vectors: readonly [a: number, b: number];
};

/**
 * C = A·B in tiles. Workgroups load slices of A and B into workgroup memory, four elements a load, along whichever index stands
 * together in memory; so all transpositions and convolutions (whose operands compute where an element is) are one algorithm. Then
 * each invocation multiplies `each` rows by four columns in registers.
 *
 * Slices that are packed along the inner sum are padded by one vector a row and handed out row by row (column by column), which
 * keeps neighbouring invocations on different banks; the others are read as they stand. Splits of the inner sum are stored
 * one after the other, and after them their column sums, for `addUp`.
 *
 * Bindings: a, b, c, sums if `columnSums` and there is one split, and tileMoments if `moments`, each with `suffix` behind its name.
 */
export function gemmFunction(
  { shape, plan, a, b, finish, columnSums, moments, rowOf, result }: Gemm,
  suffix = '',
): GemmFunction {
  const { m, n, k, batch } = shape;
  const { tile, splits } = plan;
  const { columns, rows, each, depth } = tile;
  const [height, width] = [tileRows(tile), tileColumns(tile)];
  const down = Math.ceil(m / height);
  const across = Math.ceil(n / width);
  // Only the last part has a ragged end.
  const part = Math.ceil(Math.ceil(k / depth) / splits) * depth;
  const steps = (one: (step: number) => string) => Array.from({ length: each }, (_, i) => one(i)).join('\n');
  const [nameA, nameB] = [`a${suffix}`, `b${suffix}`];
  const sliceA = slice('slice_a', nameA, a, height, tile, k);
  const sliceB = slice('slice_b', nameB, b, width, tile, k);
  const stepRow = (i: number) =>
    a.packing === 'inner' || each === 1
      ? `firstRow + ${i * rows}u + ty`
      : `firstRow + ${(i - (i % 4)) * rows + (i % 4)}u + ty * 4u`;
  const columnsOf =
    b.packing === 'outer'
      ? 'firstColumn + tx * 4u + vec4u(0u, 1u, 2u, 3u)'
      : `firstColumn + tx + vec4u(0u, ${columns}u, ${2 * columns}u, ${3 * columns}u)`;
  const isPartial = splits > 1;
  const finished = (sum: string) => (isPartial ? '' : `${sum} = finish${suffix}(${sum}, start + columns, columns);`);
  const code = `
    ${a.code(nameA)}
    ${b.code(nameB)}
    ${isPartial ? rowsInOrder(m, suffix) : `${named(finish, 'finish', suffix)}\n${named(rowOf, 'rowOf', suffix)}`}
    ${storeFour(`c${suffix}`, result, n, suffix)}
    ${columnSums ? storeFour(isPartial ? `c${suffix}` : `sums${suffix}`, result, n, `${suffix}Sums`) : ''}
    ${moments ? tileMoments(tile) : ''}
    fn product${suffix}(group: u32, local: u32) {
      let firstColumn = group % ${across}u * ${width}u;
      let firstRow = group / ${across}u % ${down}u * ${height}u;
      let matrix = group / ${across * down}u; // the split, then the batch
      let batch = matrix % ${batch}u;
      let start = matrix / ${batch}u * ${part}u;
      let tx = local % ${columns}u;
      let ty = local / ${columns}u;
      ${a.prepare?.(nameA) ?? ''}
      ${sliceA.places('firstRow')}
      ${sliceB.places('firstColumn')}
      ${steps((i) => `var sum${i} = vec4f();`)}
      ${columnSums ? 'var columnSum = vec4f();' : ''}
      for (var k0 = start; k0 < min(${k}u, start + ${part}u); k0 += ${depth}u) {
        ${sliceA.loads('firstRow')}
        ${sliceB.loads('firstColumn')}
        workgroupBarrier();
        for (var q = 0u; q < ${depth / 4}u; q++) {
          ${readB(b.packing, tile)}
          ${readAndMultiply(a.packing, tile)}
          ${columnSums ? 'if (firstRow == 0u) { columnSum += b0 + b1 + b2 + b3; }' : ''}
        }
        workgroupBarrier();
      }
      let columns = ${columnsOf};
      ${steps((i) => {
        const store = `let start = rowOf${suffix}(matrix, row) * ${n}u; ${finished(`sum${i}`)} store${suffix}(start, columns, sum${i});`;
        return `{ let row = ${stepRow(i)}; ${m % height === 0 ? store : `if (row < ${m}u) { ${store} }`} }`;
      })}
      ${
        columnSums
          ? `if (firstRow == 0u && ty == 0u) { store${suffix}Sums(${isPartial ? `${splits * m * n}u + matrix * ${n}u` : '0u'}, columns, columnSum); }`
          : ''
      }
      ${moments ? `storeMoments(group, array(${Array.from({ length: each }, (_, i) => `sum${i}`).join(', ')}), local);` : ''}
    }`;
  return { code, vectors: [sliceA.vectors, sliceB.vectors] };
}

/** The shader of one product, or of several with tiles of one kind, whose workgroups stand one after the other. */
export function gemmCode(gemms: readonly Gemm[]): string {
  const functions = gemms.map((gemm, i) => gemmFunction(gemm, suffixOf(i)));
  const most = (of: 0 | 1) => Math.max(...functions.map(({ vectors }) => vectors[of]));
  const [{ plan }] = gemms as [Gemm];
  return `
    ${FLAT_GROUP}
    ${ACTIVATIONS}
    var<workgroup> slice_a: array<vec4f, ${most(0)}>;
    var<workgroup> slice_b: array<vec4f, ${most(1)}>;
    ${functions.map(({ code }) => code).join('\n')}
    @compute @workgroup_size(${invocations(plan.tile)})
    fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u,
            @builtin(local_invocation_index) local: u32) {
      var group = flatGroup(workgroup, workgroups);
      ${gemms
        .map((gemm, i) => {
          const count = gemmGroups(gemm.shape, gemm.plan);
          return `if (group < ${count}u) { product${suffixOf(i)}(group, local); return; } group -= ${count}u;`;
        })
        .join('\n')}
    }`;
}

/** What stands behind the names of the bindings and functions of product number i. */
export const suffixOf = (i: number): string => (i === 0 ? '' : String(i + 1));

/** WGSL with another name for one of its functions. */
const named = (code: string, name: string, suffix: string): string =>
  code.replace(`fn ${name}(`, `fn ${name}${suffix}(`);

/**
 * WGSL of `storeMoments(group, values, local)`: the mean and the squared deviations of a tile whose elements are all within C. The
 * slices, which nobody needs any more, are its memory.
 */
function tileMoments(tile: Tile): string {
  const threads = invocations(tile);
  const parts = Math.ceil(Math.sqrt(threads));
  const count = 4 * tile.each;
  return `
    fn tileSum(value: f32, local: u32) -> f32 {
      workgroupBarrier();
      slice_a[local].x = value;
      workgroupBarrier();
      if (local < ${parts}u) {
        var part = 0.0;
        for (var i = local; i < ${threads}u; i += ${parts}u) { part += slice_a[i].x; }
        slice_b[local].x = part;
      }
      workgroupBarrier();
      var sum = 0.0;
      for (var i = 0u; i < ${parts}u; i++) { sum += slice_b[i].x; }
      return sum;
    }
    fn storeMoments(group: u32, values: array<vec4f, ${tile.each}>, local: u32) {
      var terms = values;
      var total = vec4f();
      for (var i = 0; i < ${tile.each}; i++) { total += terms[i]; }
      let own = dot(total, vec4f(1.0)) / ${count}.0;
      var squares = vec4f();
      for (var i = 0; i < ${tile.each}; i++) { let d = terms[i] - own; squares += d * d; }
      let mean = tileSum(own, local) / ${threads}.0;
      let deviations = tileSum(dot(squares, vec4f(1.0)) + ${count}.0 * (own - mean) * (own - mean), local);
      if (local == 0u) { tileMoments[group] = vec2f(mean, deviations); }
    }`;
}

/** A slice in workgroup memory: `outer` rows of A, or columns of B, of which `depth` elements are there. */
function slice(memory: string, name: string, { packing, type }: Operand, outer: number, tile: Tile, k: number) {
  const size = invocations(tile);
  const { depth } = tile;
  const isInner = packing === 'inner';
  // Vectors in a line of the slice; a line has one place (inner), or one k (outer).
  const line = isInner ? depth / 4 : outer / 4;
  const count = (depth * outer) / 4;
  const turns = Math.ceil(count / size);
  // Written out, what is the same in every slice is computed once. What is long, or read element by element, would be too much code.
  const isLoop = turns > 1 && (turns > 4 || type === 'f32');
  const indices = isLoop ? [] : Array.from({ length: turns }, (_, i) => i);
  // Invocation `local` loads vectors local, local + size, …; each is at one position of its line in every turn.
  const vectorOf = (turn: string) => `(local + ${turn} * ${size}u)`;
  const position = `local % ${line}u`;
  const place = (first: string, turn: string) =>
    `place_${name}(batch, ${first} + ${isInner ? `${vectorOf(turn)} / ${line}u` : `${position} * 4u`})`;
  const places = (first: string) =>
    (isInner ? indices : [0]).map((i) => `let place_${name}${i} = ${place(first, `${i}u`)};`).join('\n');
  const load = (turn: string, at: string) => {
    const to = isInner ? `${vectorOf(turn)} / ${line}u * ${line + 1}u + ${position}` : vectorOf(turn);
    const vector = `load_${name}(${at}, k)`;
    const fill =
      k % depth === 0
        ? `${memory}[${to}] = ${vector};`
        : `var v = vec4f(); if (k < ${k}u) { v = ${vector}; } ${memory}[${to}] = v;`;
    const lines = `let k = k0 + ${isInner ? `${position} * 4u` : `${vectorOf(turn)} / ${line}u`}; ${fill}`;
    return count % size === 0 ? `{ ${lines} }` : `if (${vectorOf(turn)} < ${count}u) { ${lines} }`;
  };
  const loads = (first: string) =>
    isLoop
      ? `for (var turn = 0u; turn < ${turns}u; turn++) { ${load('turn', isInner ? place(first, 'turn') : `place_${name}0`)} }`
      : indices.map((i) => load(`${i}u`, `place_${name}${isInner ? i : 0}`)).join('\n');
  return { vectors: isInner ? outer * (line + 1) : count, places, loads };
}

/** Declares b0 … b3: this invocation's four columns at k = 4q … 4q + 3. */
function readB(packing: Packing, { columns, depth }: Tile): string {
  const each = [0, 1, 2, 3];
  if (packing === 'outer')
    return each.map((j) => `let b${j} = slice_b[(q * 4u + ${j}u) * ${columns}u + tx];`).join('\n');
  const column = each.map((j) => `let column${j} = slice_b[(tx + ${j * columns}u) * ${depth / 4 + 1}u + q];`);
  const turned = each.map((j) => `let b${j} = vec4f(${each.map((i) => `column${i}[${j}]`).join(', ')});`);
  return [...column, ...turned].join('\n');
}

/** Adds A's elements at k = 4q … 4q + 3, for this invocation's rows, times b0 … b3: each addition is one fused multiply-add. */
function readAndMultiply(packing: Packing, { rows, each, depth }: Tile): string {
  const four = [0, 1, 2, 3];
  const rowIndices = Array.from({ length: each }, (_, i) => i);
  if (packing === 'inner') {
    return rowIndices
      .map((i) => {
        const sums = four.map((j) => `sum${i} += a[${j}] * b${j};`).join(' ');
        return `{ let a = slice_a[(${i * rows}u + ty) * ${depth / 4 + 1}u + q]; ${sums} }`;
      })
      .join('\n');
  }
  const vectors = (rows * each) / 4;
  const at = (j: number) => `slice_a[(q * 4u + ${j}u) * ${vectors}u`;
  if (each === 1) return four.map((j) => `sum0 += ${at(j)} + ty / 4u][ty % 4u] * b${j};`).join('\n');
  return four
    .flatMap((j) =>
      rowIndices
        .filter((i) => i % 4 === 0)
        .map((i) => {
          const sums = four.map((r) => `sum${i + r} += a[${r}] * b${j};`).join(' ');
          return `{ let a = ${at(j)} + ${(i / 4) * rows}u + ty]; ${sums} }`;
        }),
    )
    .join('\n');
}

/** Declares `store<suffix>(offset, columns, value)`, which writes what is within the row. */
function storeFour(binding: string, type: 'vec4f' | 'f32', n: number, suffix = ''): string {
  const body =
    type === 'vec4f'
      ? `if (columns.x < ${n}u) { put_${binding}((offset + columns.x) / 4u, value); }`
      : [0, 1, 2, 3]
          .map((j) => `if (columns[${j}] < ${n}u) { put_${binding}(offset + columns[${j}], value[${j}]); }`)
          .join('\n');
  return `fn store${suffix}(offset: u32, columns: vec4u, value: vec4f) { ${body} }`;
}

/** Splits of a product that are to be added up. */
export type AddUp = Pick<Gemm, 'shape' | 'finish' | 'rowOf' | 'columnSums' | 'moments'> & { readonly splits: number };

/** Elements that an invocation adds up. */
const LANES = 4;

/** Invocations that adding up takes. */
export const addUpCount = ({ m, n, batch }: GemmShape): number => Math.ceil((batch * m * n) / LANES);

/**
 * Adds the splits of products: each invocation has four neighbours of C, whose parts it reads in order, so the sum is the same
 * every time. Bindings: parts, c, sums if there are column sums, and tileMoments (of one product alone), each with its `suffixOf`. Reads
 * splits + writes 1 times the size of C.
 */
export function addUpCode(all: readonly { readonly addUp: AddUp; readonly suffix: string }[], group: number): string {
  return `
    ${FLAT_GROUP}
    ${ACTIVATIONS}
    ${all.map(({ addUp, suffix }) => addUpFunction(addUp, suffix)).join('\n')}
    ${all[0]?.addUp.moments ? blockMoments(group) : ''}
    @compute @workgroup_size(${group})
    fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u,
            @builtin(local_invocation_index) local: u32) {
      var place = flatGroup(workgroup, workgroups) * ${group}u + local;
      ${
        all[0]?.addUp.moments
          ? 'storeMoments(flatGroup(workgroup, workgroups), addUp(place * 4u), local);'
          : all
              .map(({ addUp: { shape }, suffix }) => {
                const count = addUpCount(shape);
                return `if (place < ${count}u) { addUp${suffix}(place * 4u); return; } place -= ${count}u;`;
              })
              .join('\n')
      }
    }`;
}

/** WGSL of `addUp<suffix>(i)`, which gives elements i … i + 3 when they are stored. */
function addUpFunction({ shape, splits, finish, rowOf, columnSums }: AddUp, suffix: string): string {
  const { m, n } = shape;
  const size = shape.batch * m * n;
  const isVector = n % 4 === 0;
  const total = (at: string, stride: number) => `
    value = vec4f();
    for (var s = 0u; s < ${splits}u; s++) { value += partsAt${suffix}(${at} + s * ${stride}u); }`;
  const at = (i: string) => `at${suffix}(${i})`;
  return `
    ${named(finish, 'finish', suffix)}
    ${named(rowOf, 'rowOf', suffix)}
    fn at${suffix}(i: u32) -> u32 { return rowOf${suffix}(i / ${m * n}u, i / ${n}u % ${m}u) * ${n}u + i % ${n}u; }
    fn partsAt${suffix}(i: u32) -> vec4f {
      return ${isVector ? `parts${suffix}[i / 4u]` : four((j) => `parts${suffix}[i + ${j}u]`)};
    }
    fn addUp${suffix}(i: u32) -> vec4f {
      var value: vec4f;
      ${columnSums ? `if (i < ${n}u) { ${total(`${splits * size}u + i`, n)} ${writeFour(`sums${suffix}`, (j) => j, n, isVector)} }` : ''}
      ${total('i', size)}
      value = finish${suffix}(value, vec4u(${[0, 1, 2, 3].map((j) => at(`i + ${j}u`)).join(', ')}), (i + vec4u(0u, 1u, 2u, 3u)) % ${n}u);
      ${writeFour(`c${suffix}`, at, size, isVector)}
      return value;
    }`;
}

/** WGSL of `storeMoments(group, value, local)`: of the elements that a workgroup adds up, all of which are within C. */
const blockMoments = (group: number): string => `
  ${workgroupSum(group)}
  fn storeMoments(block: u32, value: vec4f, local: u32) {
    let own = dot(value, vec4f(0.25));
    let mean = workgroupSum(vec2f(own, 0.0), local).x / ${group}.0;
    let d = value - mean;
    let deviations = workgroupSum(vec2f(dot(d, d), 0.0), local).x;
    if (local == 0u) { tileMoments[block] = vec2f(mean, deviations); }
  }`;

/** WGSL that writes elements i … i+3 of `size` to where they go. */
function writeFour(binding: string, at: (i: string) => string, size: number, isVector: boolean): string {
  if (isVector) return `put_${binding}(${at('i')} / 4u, value);`;
  return [0, 1, 2, 3]
    .map((j) => `if (i + ${j}u < ${size}u) { put_${binding}(${at(`(i + ${j}u)`)}, value[${j}]); }`)
    .join('\n');
}
