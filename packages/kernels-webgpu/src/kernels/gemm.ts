import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { DenoiserWebGPUBackend } from '../backend';
import { flat } from '../dispatch';
import {
  type AddUp,
  addUpCode,
  addUpCount,
  type Gemm,
  gemmCode,
  gemmGroups,
  resultType,
  rowsInOrder,
  suffixOf,
} from '../wgsl/gemm';
import type { Operand } from '../wgsl/gemm-operand';
import { type GemmPlan, type GemmShape, planGemm, planTogether, tileColumns, tileRows } from '../wgsl/gemm-plan';
import { type Epilogue, PLAIN } from './epilogue';

/** Invocations of a workgroup that adds up partial sums. */
const GROUP = 64;

/** C = epilogue(A·B) into `c`, of any shape with batch·m·n elements, and Σ_k B[k, n] into `sums`, if it is there. */
export type Product = {
  readonly shape: GemmShape;
  readonly a: Operand;
  readonly b: Operand;
  readonly c: TensorInfo;
  readonly sums?: TensorInfo | undefined;
  readonly epilogue?: Epilogue;
  /** Where the rows of C go, if they are not in order: WGSL, see `rowsInOrder`. */
  readonly rowOf?: string | undefined;
  readonly plan?: GemmPlan;
};

/** Computes a product. One dispatch, or two if the inner sum is split. */
export function multiply(backend: DenoiserWebGPUBackend, product: Product): void {
  compute(backend, [planned(backend, product)]);
}

/** Computes two products that don't need one another in the dispatches that one takes, if tiles of one kind suit both. */
export function multiplyBoth(backend: DenoiserWebGPUBackend, first: Product, second: Product): void {
  const { capabilities } = backend;
  const plans = planTogether([planGemm(first.shape, capabilities), planGemm(second.shape, capabilities)]);
  const both = [first, second].map((product, i) =>
    planned(backend, { ...product, ...(plans && { plan: plans[i] as GemmPlan }) }),
  );
  const buffers = new Set(
    both.flatMap(({ shape, a, b, c, sums, epilogue }) => {
      const seen = [a, b].flatMap(({ tensor, type, beside = { reads: {}, writes: {}, types: {} } }) => [
        ...[`${type} ${idOf(tensor)}`, ...Object.values({ ...beside.reads, ...beside.writes }).map(idOf)],
      ]);
      const finishing = Object.entries(epilogue.reads).map(
        ([name, tensor]) => `${epilogue.alike?.includes(name) ? resultType(shape.n, b) : 'f32'} ${idOf(tensor)}`,
      );
      return [...seen, ...finishing, idOf(c), ...(sums ? [idOf(sums)] : [])];
    }),
  );
  if (plans && buffers.size <= capabilities.storageBuffers) compute(backend, both);
  else for (const one of both) compute(backend, [one]);
}

const idOf = ({ dataId }: TensorInfo): number => (dataId as { id: number }).id;

/**
 * Computes a product, and the moments of as many equal parts of each image's result, one behind the other, as suit the product; none
 * if the tiles don't divide it.
 *
 * @param rows of C that an image has
 * @returns [images, parts, 2]: mean and squared deviations
 */
export function multiplyWithMoments(
  backend: DenoiserWebGPUBackend,
  product: Product,
  rows: number,
): TensorInfo | undefined {
  const one = planned(backend, product);
  const { m, n } = one.shape;
  const { tile, splits } = one.plan;
  const [height, width] = [tileRows(tile), tileColumns(tile)];
  // A flat tile's slices have no room for what its invocations add up.
  const isWholeTiles = tile.each > 1 && rows % height === 0 && n % width === 0;
  const isWhole = splits > 1 ? (rows * n) % (4 * GROUP) === 0 && n % 4 === 0 : isWholeTiles;
  const part = splits > 1 ? 4 * GROUP : height * width;
  const moments = isWhole ? backend.make([m / rows, (rows * n) / part, 2]) : undefined;
  compute(backend, [{ ...one, moments }]);
  return moments;
}

type Planned = Product & Required<Pick<Product, 'plan' | 'epilogue'>> & { readonly moments?: TensorInfo | undefined };

const planned = (backend: DenoiserWebGPUBackend, product: Product): Planned => ({
  ...product,
  plan: product.plan ?? planGemm(product.shape, backend.capabilities),
  epilogue: product.epilogue ?? PLAIN,
});

function compute(backend: DenoiserWebGPUBackend, products: readonly Planned[]): void {
  const all = products.map((product, i) => {
    const { shape, plan, a, b, c, sums, epilogue, moments } = product;
    const { m, n, k, batch } = shape;
    const { splits } = plan;
    const size = batch * m * n;
    const parts = splits > 1 ? backend.make([splits * (size + (sums ? n : 0))]) : undefined;
    const result = resultType(n, b);
    const gemm: Gemm = {
      ...{ shape, plan, a, b, result, finish: epilogue.code, rowOf: product.rowOf ?? rowsInOrder(m) },
      ...{ columnSums: sums !== undefined, moments: moments !== undefined && !parts },
    };
    const own = `${m} ${n} ${k} ${batch}, splits ${splits}, ${sums ? 'sums, ' : ''}${moments ? 'moments, ' : ''}`;
    const key = `${own}${epilogue.key}${product.rowOf ?? ''}`;
    const outputs = { c, ...(sums && { sums }), ...(moments && { tileMoments: moments }) };
    const alike = Object.fromEntries((epilogue.alike ?? []).map((name) => [name, result]));
    return { ...{ gemm, parts, key, outputs, alike, epilogue, suffix: suffixOf(i) } };
  });
  const [{ gemm: first }] = all as [(typeof all)[number]];
  const bound = boundOnce(
    merged(all, ({ gemm: { a, b }, parts, epilogue }) => ({
      ...(parts ? {} : epilogue.reads),
      ...{ a: a.tensor, b: b.tensor, ...a.beside?.reads, ...b.beside?.reads },
    })),
    merged(all, ({ gemm: { a, b, result }, parts, alike }) => ({
      ...{ a: a.type, b: b.type, c: result, ...a.beside?.types, ...b.beside?.types },
      ...(parts ? {} : { sums: result, tileMoments: 'vec2f', ...alike }),
    })),
  );
  const operands = all.map(({ gemm: { a, b }, key }) => `${key}, ${a.key}, ${b.key}`).join('; ');
  backend.run({
    key: `gemm ${Object.values(first.plan.tile)}, ${operands}, ${bound.key}`,
    code: () => bound.rename(gemmCode(all.map(({ gemm }) => gemm))),
    workgroups: flat(all.reduce((sum, { gemm: { shape, plan } }) => sum + gemmGroups(shape, plan), 0)),
    reads: bound.reads,
    readable: Object.keys(bound.reads),
    writable: writable(all),
    writes: merged(all, ({ gemm: { a, b }, parts, outputs }) => ({
      ...(parts ? { c: parts } : outputs),
      ...{ ...a.beside?.writes, ...b.beside?.writes },
    })),
    types: bound.types,
  });
  const split = all.filter(({ parts }) => parts);
  if (split.length === 0) return;
  backend.run({
    key: `gemm sum, ${split.map(({ key, suffix }) => `${suffix} ${key}`).join('; ')}`,
    code: () =>
      addUpCode(
        split.map(({ gemm, parts, outputs, suffix }) => {
          const addUp: AddUp = { ...gemm, splits: parts ? gemm.plan.splits : 1, moments: 'tileMoments' in outputs };
          return { addUp, suffix };
        }),
        GROUP,
      ),
    reads: merged(split, ({ parts, epilogue }) => ({ parts: parts as TensorInfo, ...epilogue.reads })),
    readable: split.flatMap(({ epilogue }) => Object.keys(epilogue.reads)),
    writable: writable(split),
    writes: merged(split, ({ outputs }) => outputs),
    types: merged(split, ({ gemm: { shape }, alike }) => {
      const type = shape.n % 4 === 0 ? 'vec4f' : 'f32';
      return { parts: type, c: type, sums: type, tileMoments: 'vec2f', ...alike };
    }),
    workgroups: flat(Math.ceil(split.reduce((sum, { gemm: { shape } }) => sum + addUpCount(shape), 0) / GROUP)),
  });
  for (const { parts } of split) if (parts) backend.disposeData(parts.dataId);
}

/** Names of the results of products. */
const writable = (products: readonly { readonly suffix: string }[]): string[] =>
  products.flatMap(({ suffix }) => [`c${suffix}`, `sums${suffix}`]);

/** What is bound for each product under the names that its functions have for it: of a, b, c and the like, with its suffix. */
function merged<P extends { readonly suffix: string }, T>(
  products: readonly P[],
  of: (product: P) => Readonly<Record<string, T>>,
): Record<string, T> {
  return Object.fromEntries(
    products.flatMap((product) =>
      Object.entries(of(product)).map(([name, value]) => [OWN.has(name) ? name + product.suffix : name, value]),
    ),
  );
}

const OWN: ReadonlySet<string> = new Set(['a', 'b', 'c', 'sums', 'parts']);

/** A tensor that two products read in the same way is bound once: `rename` has the code call it by its first name. */
function boundOnce(reads: Readonly<Record<string, TensorInfo>>, types: Readonly<Record<string, string>>) {
  const first = new Map<string, string>();
  const others: (readonly [name: string, first: string])[] = [];
  for (const [name, tensor] of Object.entries(reads)) {
    const place = `${types[name]} ${idOf(tensor)}`;
    const known = first.get(place);
    if (known) others.push([name, known]);
    else first.set(place, name);
  }
  return {
    key: others.join(' '),
    reads: Object.fromEntries(Object.entries(reads).filter(([name]) => !others.some(([other]) => other === name))),
    types,
    rename: (code: string) =>
      others.reduce((text, [name, known]) => text.replace(new RegExp(`\\bat_${name}\\(`, 'g'), `at_${known}(`), code),
  };
}
