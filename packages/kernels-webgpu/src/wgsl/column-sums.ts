/** Columns that one workgroup adds up: 128 neighbouring bytes a row. */
const COLUMNS = 16;

/** Workgroups that `columnSums` needs. */
export const columnSumGroups = (columns: number, threads: number): number =>
  Math.ceil(columns / Math.min(COLUMNS, threads));

/**
 * WGSL: `columnSums(group, local)` adds up what many workgroups left for the gradients by scale and bias. `sums` holds,
 * from `offset` on, [rows][columns] of (by bias, by scale); writes dbias and dscale. 8·n bytes of workgroup memory.
 */
export function columnSums(o: { threads: number; rows: number; columns: number; offset: number }): string {
  const wide = Math.min(COLUMNS, o.threads);
  const high = Math.floor(o.threads / wide);
  return `
    var<workgroup> columnTerms: array<vec2f, ${o.threads}>;
    fn columnSums(group: u32, local: u32) {
      let column = group * ${wide}u + local % ${wide}u;
      let isColumn = column < ${o.columns}u && local < ${wide * high}u;
      var part = vec2f();
      if (isColumn) {
        for (var row = local / ${wide}u; row < ${o.rows}u; row += ${high}u) {
          part += sums[${o.offset}u + row * ${o.columns}u + column];
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
