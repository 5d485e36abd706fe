use crate::arguments::{GemmArguments, PackArguments, PeakArguments, start};
use crate::gemm::{Product, Start};
use crate::job::{Job, Setting};
use crate::memory::{Fault, area, check, extent, fault, positive, size, step};
use crate::simd::{COLUMNS, Simd};

pub fn start_of(value: i32) -> Result<Start, Fault> {
    match value {
        start::ZERO => Ok(Start::Zero),
        start::ACCUMULATE => Ok(Start::Accumulate),
        start::BIAS => Ok(Start::Bias),
        _ => fault("an unknown start of the accumulators"),
    }
}

/// Values of n columns of depth k, packed.
pub fn packed(k: usize, n: usize) -> Result<usize, Fault> {
    area(&[n.div_ceil(COLUMNS), k, COLUMNS])
}

/// A batched product; chunk (matrix of the batch, block of rows, block of columns).
pub struct Gemm {
    product: Product,
    rows: usize,
    columns: usize,
    batch: usize,
    a_batch: usize,
    b_batch: usize,
    c_batch: usize,
}

impl Gemm {
    fn row_blocks(&self) -> usize {
        self.product.m.div_ceil(self.rows)
    }

    fn column_blocks(&self) -> usize {
        self.product.n.div_ceil(self.columns)
    }
}

impl Job for Gemm {
    type Arguments = GemmArguments;

    fn prepare(args: &GemmArguments, s: &Setting) -> Result<Self, Fault> {
        let (m, n, k) = (size(args.m)?, size(args.n)?, size(args.k)?);
        let (a_row, a_depth, c_row) = (step(args.row_stride)?, step(args.k_stride)?, step(args.c_stride)?);
        let (a_batch, b_batch, c_batch) =
            (step(args.a_batch_stride)?, step(args.b_batch_stride)?, step(args.c_batch_stride)?);
        let (rows, columns) = (positive(args.row_block)?, positive(args.column_block)?);
        check(a_row == 1 || a_depth == 1, "a matrix whose rows and columns both have gaps")?;
        check(columns.is_multiple_of(COLUMNS), "a block of columns that is no whole number of panels")?;
        let start = start_of(args.start)?;
        let batch = s.chunks.div_ceil((m.div_ceil(rows) * n.div_ceil(columns)).max(1));
        let all = |axes: &[(usize, usize)], one: usize| extent(&[&[(batch, one)], axes].concat());
        Ok(Gemm {
            product: Product {
                m,
                n,
                k,
                a: s.memory.floats(args.a, all(&[(m, a_row), (k, a_depth)], a_batch)?)?,
                a_row,
                a_depth,
                b: s.memory.floats(args.b, extent(&[(batch, b_batch), (packed(k, n)?, 1)])?)?,
                panel: k * COLUMNS,
                c: s.memory.floats(args.c, all(&[(m, c_row), (n, 1)], c_batch)?)?,
                c_row,
                start,
                bias: s.memory.floats(args.bias, if start == Start::Bias { n } else { 0 })?,
            },
            rows,
            columns,
            batch,
            a_batch,
            b_batch,
            c_batch,
        })
    }

    fn chunks(&self) -> usize {
        self.row_blocks() * self.column_blocks() * self.batch
    }

    #[inline(always)]
    unsafe fn run<S: Simd>(&self, chunk: usize, _thread: usize) {
        unsafe {
            let p = &self.product;
            let j = chunk % self.column_blocks() * self.columns;
            let rest = chunk / self.column_blocks();
            let i = rest % self.row_blocks() * self.rows;
            let batch = rest / self.row_blocks();
            S::multiply(&Product {
                m: self.rows.min(p.m - i),
                n: self.columns.min(p.n - j),
                a: p.a.add(batch * self.a_batch + i * p.a_row),
                b: p.b.add(batch * self.b_batch + j * p.k),
                c: p.c.add(batch * self.c_batch + i * p.c_row + j),
                bias: if p.start == Start::Bias { p.bias.add(j) } else { p.bias },
                ..*p
            });
        }
    }
}

/// Packs B; chunk (matrix of the batch, panel, or as many blocks of rows).
pub struct Pack {
    from: *const f32,
    k_step: usize,
    n_step: usize,
    k: usize,
    n: usize,
    batch: usize,
    to: *mut f32,
    from_batch: usize,
    to_batch: usize,
}

impl Job for Pack {
    type Arguments = PackArguments;

    fn prepare(args: &PackArguments, s: &Setting) -> Result<Self, Fault> {
        let (k, n) = (size(args.k)?, size(args.n)?);
        let batch = s.chunks.div_ceil(n.div_ceil(COLUMNS).max(1));
        let (k_step, n_step) = (step(args.k_stride)?, step(args.n_stride)?);
        let (from_batch, to_batch) = (step(args.from_batch_stride)?, step(args.to_batch_stride)?);
        Ok(Pack {
            from: s.memory.floats(args.from, extent(&[(batch, from_batch), (k, k_step), (n, n_step)])?)?,
            k_step,
            n_step,
            k,
            n,
            batch,
            to: s.memory.floats(args.to, extent(&[(batch, to_batch), (packed(k, n)?, 1)])?)?,
            from_batch,
            to_batch,
        })
    }

    fn chunks(&self) -> usize {
        self.n.div_ceil(COLUMNS) * self.batch
    }

    #[inline(always)]
    unsafe fn run<S: Simd>(&self, chunk: usize, _thread: usize) {
        unsafe {
            let panels = self.n.div_ceil(COLUMNS);
            let (part, batch) = (chunk % panels, chunk / panels);
            // Rows are read from end to end; where columns are, a panel is columns from end to end.
            let (rows, columns) = if self.n_step == 1 {
                (part * self.k / panels..(part + 1) * self.k / panels, 0..panels)
            } else {
                (0..self.k, part..part + 1)
            };
            for panel in columns {
                let from = batch * self.from_batch + rows.start * self.k_step + panel * COLUMNS * self.n_step;
                let to = batch * self.to_batch + (panel * self.k + rows.start) * COLUMNS;
                let count = COLUMNS.min(self.n - panel * COLUMNS);
                pack_panel::<S>(self.from.add(from), self.k_step, self.n_step, rows.len(), count, self.to.add(to));
            }
        }
    }
}

/// Packs rows of one panel: element (k, n) at from + k·k_step + n·n_step.
#[inline(always)]
pub unsafe fn pack_panel<S: Simd>(
    from: *const f32,
    k_step: usize,
    n_step: usize,
    k: usize,
    columns: usize,
    to: *mut f32,
) {
    unsafe {
        if n_step == 1 {
            for i in 0..k {
                let mut j = 0;
                while j < COLUMNS {
                    let v =
                        S::load_part(from.add(if j < columns { i * k_step + j } else { 0 }), columns.saturating_sub(j));
                    S::store(to.add(i * COLUMNS + j), v);
                    j += S::LANES;
                }
            }
            return;
        }
        // Some rows at a time, so that what is written stays in the first-level cache while the columns are gone through.
        let mut first = 0;
        while first < k {
            let end = k.min(first + 64);
            for j in 0..COLUMNS {
                if j < columns {
                    let column = from.add(j * n_step);
                    for i in first..end {
                        *to.add(i * COLUMNS + j) = *column.add(i * k_step);
                    }
                } else {
                    for i in first..end {
                        *to.add(i * COLUMNS + j) = 0.0;
                    }
                }
            }
            first = end;
        }
    }
}

/// Vectors of multiply-adds in registers, over and over: the peak that kernels aim at.
pub struct Peak {
    rounds: usize,
}

impl Job for Peak {
    type Arguments = PeakArguments;

    fn prepare(args: &PeakArguments, _: &Setting) -> Result<Self, Fault> {
        Ok(Peak { rounds: size(args.rounds)? })
    }

    fn chunks(&self) -> usize {
        1
    }

    #[inline(always)]
    unsafe fn run<S: Simd>(&self, _chunk: usize, _thread: usize) {
        unsafe {
            let (a, b) = (S::splat(0.999), S::splat(0.001));
            let mut sums = [S::zero(); 10];
            for _ in 0..self.rounds {
                for sum in &mut sums {
                    *sum = S::fma(a, *sum, b);
                }
            }
            for sum in sums {
                std::hint::black_box(S::sum(sum));
            }
        }
    }
}
