/** Columns that one workgroup adds up: 128 neighbouring bytes a row. */
const COLUMNS = 16;

/** Sums of columns of several matrices, one after another. */
export type ColumnSums = {
  readonly threads: number;
  /** How many matrices. */
  readonly sets: number;
  readonly rows: number;
  readonly columns: number;
};

/** Workgroups that `columnSums` needs. */
export const columnSumGroups = ({ sets, columns, threads }: Omit<ColumnSums, 'rows'>): number =>
  Math.ceil((sets * columns) / Math.min(COLUMNS, threads));

/**
 * WGSL: `columnSums(group, local)` adds up what many workgroups left for the gradients by scale and bias. `sums` holds,
 * from `offset` on, [sets][rows][columns] of (by bias, by scale); writes dbias and dscale, [sets][columns]. 8·n bytes of
 * workgroup memory.
 */
export function columnSums(o: ColumnSums & { readonly offset: number }): string {
  const wide = Math.min(COLUMNS, o.threads);
  const high = Math.floor(o.threads / wide);
  return `
    var<workgroup> columnTerms: array<vec2f, ${o.threads}>;
    fn columnSums(group: u32, local: u32) {
      let column = group * ${wide}u + local % ${wide}u;
      let isColumn = column < ${o.sets * o.columns}u && local < ${wide * high}u;
      var part = vec2f();
      if (isColumn) {
        let start = ${o.offset}u + ${o.sets === 1 ? 'column' : `(column / ${o.columns}u) * ${o.rows * o.columns}u + column % ${o.columns}u`};
        for (var row = local / ${wide}u; row < ${o.rows}u; row += ${high}u) {
          part += sums[start + row * ${o.columns}u];
        }
      }
      columnTerms[local] = part;
      workgroupBarrier();
      if (isColumn && local < ${wide}u) {
        var sum = columnTerms[local];
        for (var i = 1u; i < ${high}u; i++) { sum += columnTerms[i * ${wide}u + local]; }
        dbias[column] = sum.x;
        dscale[column] = sum.y;
      }
    }`;
}
