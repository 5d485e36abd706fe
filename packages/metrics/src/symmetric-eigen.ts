import { MetricsError } from './errors';

/** Eigenvalues, ascending, and the eigenvectors as rows [n, n]: matrix = Σ λ_k·v_k·v_kᵀ. */
export interface SymmetricEigen {
  readonly values: Float64Array;
  readonly vectors: Float64Array;
}

/**
 * Returns eigenvalues and eigenvectors of a symmetric matrix [n, n]: Householder tridiagonalization, then QL with Wilkinson's
 * shifts (Golub and Van Loan, Matrix Computations, sections 8.3.1 and 8.3.3). About 10·n³ operations. Only the lower
 * triangle is read.
 *
 * @throws DenoiserError if the matrix is not square or not finite.
 */
export function symmetricEigen(matrix: ArrayLike<number>): SymmetricEigen {
  const a = copySquare(matrix);
  const n = Math.sqrt(a.length);
  const { diagonal, offDiagonal, scales } = tridiagonalize(a, n);
  const vectors = accumulate(a, scales, n);
  diagonalize(diagonal, offDiagonal, vectors);
  const order = Array.from(diagonal.keys()).sort((i, j) => (diagonal[i] as number) - (diagonal[j] as number));
  const sorted = new Float64Array(n * n);
  order.forEach((from, to) => {
    sorted.set(vectors.subarray(from * n, (from + 1) * n), to * n);
  });
  return { values: diagonal.slice().sort(), vectors: sorted };
}

/**
 * Returns the eigenvalues alone, ascending: a quarter of the work.
 *
 * @throws DenoiserError if the matrix is not square or not finite.
 */
export function symmetricEigenvalues(matrix: ArrayLike<number>): Float64Array {
  const a = copySquare(matrix);
  const { diagonal, offDiagonal } = tridiagonalize(a, Math.sqrt(a.length));
  diagonalize(diagonal, offDiagonal);
  return diagonal.sort();
}

function copySquare(matrix: ArrayLike<number>): Float64Array {
  if (!Number.isInteger(Math.sqrt(matrix.length))) {
    throw new MetricsError('shape-invalid', `A symmetric matrix is square, but there are ${matrix.length} values.`);
  }
  const copy = Float64Array.from(matrix);
  if (copy.every(Number.isFinite)) return copy;
  throw new MetricsError(
    'values-not-finite',
    'The matrix has values that are not finite; every value must be a number.',
  );
}

/**
 * A = Q·T·Qᵀ with Q a product of reflections 1 − s_k·u_k·u_kᵀ, from the last row up. u_k stays in row k of `a`, to the
 * left of the diagonal; offDiagonal[k] = T[k, k − 1].
 */
function tridiagonalize(a: Float64Array, n: number) {
  const diagonal = new Float64Array(n);
  const offDiagonal = new Float64Array(n);
  const scales = new Float64Array(n);
  const p = new Float64Array(n);
  for (let k = n - 1; k > 0; k--) {
    const u = a.subarray(k * n, k * n + k);
    const largest = u.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    diagonal[k] = a[k * n + k] as number;
    const rest = u.subarray(0, k - 1).some((value) => value !== 0);
    if (!rest) {
      offDiagonal[k] = (u[k - 1] ?? 0) as number;
      continue;
    }
    // u = row − (∓‖row‖)·e_(k−1), the sign that does not cancel; scaled so that squares neither over- nor underflow.
    let squares = 0;
    for (let j = 0; j < k; j++) {
      u[j] = (u[j] as number) / largest;
      squares += (u[j] as number) ** 2;
    }
    const last = u[k - 1] as number;
    const norm = last > 0 ? -Math.sqrt(squares) : Math.sqrt(squares);
    offDiagonal[k] = norm * largest;
    u[k - 1] = last - norm;
    const scale = 1 / (squares - last * norm); // 2/‖u‖²
    scales[k] = scale;
    // p = s·A·u; A ← A − u·wᵀ − w·uᵀ with w = p − (s/2)(pᵀu)·u; lower triangle only.
    p.fill(0, 0, k);
    for (let i = 0; i < k; i++) {
      const ui = u[i] as number;
      const at = i * n;
      let sum = 0;
      for (let j = 0; j < i; j++) {
        const value = a[at + j] as number;
        sum += value * (u[j] as number);
        p[j] = (p[j] as number) + value * ui;
      }
      p[i] = (p[i] as number) + sum + (a[at + i] as number) * ui;
    }
    let inner = 0;
    for (let i = 0; i < k; i++) {
      p[i] = (p[i] as number) * scale;
      inner += (p[i] as number) * (u[i] as number);
    }
    const half = (scale / 2) * inner;
    for (let i = 0; i < k; i++) p[i] = (p[i] as number) - half * (u[i] as number);
    for (let i = 0; i < k; i++) {
      const [ui, wi, at] = [u[i] as number, p[i] as number, i * n];
      for (let j = 0; j <= i; j++) {
        a[at + j] = (a[at + j] as number) - ui * (p[j] as number) - wi * (u[j] as number);
      }
    }
  }
  diagonal[0] = (a[0] ?? 0) as number;
  return { diagonal, offDiagonal, scales };
}

/** Qᵀ [n, n] as rows, from the reflections that `tridiagonalize` left. */
function accumulate(a: Float64Array, scales: Float64Array, n: number): Float64Array {
  const q = new Float64Array(n * n);
  for (let i = 0; i < n; i++) q[i * n + i] = 1;
  // Q = H_(n−1)···H_1, so Qᵀ = H_1···H_(n−1), where H_k touches the first k entries: grown from H_1 on, by the right.
  for (let k = 1; k < n; k++) {
    const scale = scales[k] as number;
    if (scale === 0) continue;
    const u = a.subarray(k * n, k * n + k);
    for (let i = 0; i < k; i++) {
      const at = i * n;
      let sum = 0;
      for (let j = 0; j < k; j++) sum += (q[at + j] as number) * (u[j] as number);
      sum *= scale;
      for (let j = 0; j < k; j++) q[at + j] = (q[at + j] as number) - sum * (u[j] as number);
    }
  }
  return q;
}

const MOST_SWEEPS = 60;

/** Implicit QL on a tridiagonal matrix, in place; each rotation also turns two rows of `vectors`. */
function diagonalize(d: Float64Array, offDiagonal: Float64Array, vectors?: Float64Array): void {
  const n = d.length;
  const e = new Float64Array(n); // e[i] = T[i + 1, i]
  for (let i = 1; i < n; i++) e[i - 1] = offDiagonal[i] as number;
  for (let low = 0; low < n; low++) {
    for (let sweep = 0; ; sweep++) {
      // The block that begins at `low` ends where the matrix falls apart.
      let high = low;
      for (; high < n - 1; high++) {
        const size = Math.abs(d[high] as number) + Math.abs(d[high + 1] as number);
        if (Math.abs(e[high] as number) <= Number.EPSILON * size) break;
      }
      if (high === low) break;
      if (sweep === MOST_SWEEPS) {
        throw new MetricsError('values-not-finite', 'The eigenvalues of the matrix do not converge; check its values.');
      }
      const first = d[low] as number;
      const ratio = ((d[low + 1] as number) - first) / (2 * (e[low] as number));
      const root = Math.hypot(ratio, 1);
      let g = (d[high] as number) - first + (e[low] as number) / (ratio + (ratio >= 0 ? root : -root));
      let [sine, cosine, moved] = [1, 1, 0];
      let i = high - 1;
      for (; i >= low; i--) {
        const f = sine * (e[i] as number);
        const b = cosine * (e[i] as number);
        const radius = Math.hypot(f, g);
        e[i + 1] = radius;
        if (radius === 0) {
          d[i + 1] = (d[i + 1] as number) - moved;
          e[high] = 0;
          break;
        }
        sine = f / radius;
        cosine = g / radius;
        const from = (d[i + 1] as number) - moved;
        const turn = ((d[i] as number) - from) * sine + 2 * cosine * b;
        moved = sine * turn;
        d[i + 1] = from + moved;
        g = cosine * turn - b;
        if (vectors) rotateRows(vectors, n, i, cosine, sine);
      }
      if (i >= low) continue;
      d[low] = (d[low] as number) - moved;
      e[low] = g;
      e[high] = 0;
    }
  }
}

/** Rows i and i + 1, turned. */
function rotateRows(rows: Float64Array, n: number, i: number, cosine: number, sine: number): void {
  const [one, two] = [i * n, (i + 1) * n];
  for (let k = 0; k < n; k++) {
    const [x, y] = [rows[one + k] as number, rows[two + k] as number];
    rows[two + k] = sine * x + cosine * y;
    rows[one + k] = cosine * x - sine * y;
  }
}
