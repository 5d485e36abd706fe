/**
 * WGSL reductions within a workgroup. All are sums in a fixed order, so that the same input gives the same bits. Every
 * invocation must call them. No subgroup operations: two barriers a sum are no measurable part of a kernel that reads
 * thousands of elements, and WGSL doesn't say which invocation is in which subgroup.
 */

/**
 * `workgroupSum(value, local)`: the sum over all invocations, given to each. About √n of them add up √n values each, then
 * all add up those. 8·(n + √n) bytes of workgroup memory.
 */
export function workgroupSum(threads: number): string {
  const parts = Math.ceil(Math.sqrt(threads));
  return `
    var<workgroup> sumTerms: array<vec2f, ${threads}>;
    var<workgroup> sumParts: array<vec2f, ${parts}>;
    fn workgroupSum(value: vec2f, local: u32) -> vec2f {
      sumTerms[local] = value;
      workgroupBarrier();
      if (local < ${parts}u) {
        var part = vec2f();
        for (var i = local; i < ${threads}u; i += ${parts}u) { part += sumTerms[i]; }
        sumParts[local] = part;
      }
      workgroupBarrier();
      var sum = vec2f();
      for (var i = 0u; i < ${parts}u; i++) { sum += sumParts[i]; }
      workgroupBarrier();
      return sum;
    }`;
}

/**
 * `rowSum(value, local)`: the sum over the `size` neighbouring invocations that work on one row, given to each of them.
 * 8·n bytes of workgroup memory.
 */
export function rowSum(threads: number, size: number): string {
  return `
    var<workgroup> rowTerms: array<vec2f, ${threads}>;
    fn rowSum(value: vec2f, local: u32) -> vec2f {
      rowTerms[local] = value;
      workgroupBarrier();
      let start = local - local % ${size}u;
      var sum = vec2f();
      for (var i = 0u; i < ${size}u; i++) { sum += rowTerms[start + i]; }
      workgroupBarrier();
      return sum;
    }`;
}

/**
 * `sumOverRows(a, b, local)`: invocation (row, column) = (local / columns, local % columns) gives two values; those of
 * row 0 get the sums down their column. A tree of log₂(rows) steps. Needs `Lanes`; 2·n of them in workgroup memory.
 */
export function sumOverRows(threads: number, columns: number, rows: number): string {
  return `
    var<workgroup> firstTerms: array<Lanes, ${threads}>;
    var<workgroup> secondTerms: array<Lanes, ${threads}>;
    struct Sums { first: Lanes, second: Lanes }
    fn sumOverRows(first: Lanes, second: Lanes, local: u32) -> Sums {
      firstTerms[local] = first;
      secondTerms[local] = second;
      workgroupBarrier();
      for (var count = ${rows}u; count > 1u; count -= count / 2u) {
        let half = count - count / 2u;
        if (local < (count / 2u) * ${columns}u) {
          firstTerms[local] += firstTerms[local + half * ${columns}u];
          secondTerms[local] += secondTerms[local + half * ${columns}u];
        }
        workgroupBarrier();
      }
      let sums = Sums(firstTerms[local], secondTerms[local]);
      workgroupBarrier();
      return sums;
    }`;
}
