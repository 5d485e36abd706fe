use crate::arguments::{
    BinaryArguments, CastArguments, CopyArguments, FillArguments, LinearCombinationArguments, SineArguments,
    UnaryArguments, binary, cast, unary,
};
use crate::job::{Job, Setting};
use crate::math;
use crate::memory::{Fault, area, check, extent, fault, positive, size, step};
use crate::simd::Simd;

// A map that is new in the assembly does not go unseen.
const _: () = assert!(unary::COUNT == 15 && binary::COUNT == 9 && cast::COUNT == 4);

/// A tensor cut into blocks of elements.
#[derive(Clone, Copy)]
struct Blocks {
    size: usize,
    block: usize,
}

impl Blocks {
    fn of(elements: i32, block: i32) -> Result<Blocks, Fault> {
        Ok(Blocks { size: size(elements)?, block: positive(block)? })
    }

    fn count(&self) -> usize {
        self.size.div_ceil(self.block)
    }

    /// Where a block starts and how long it is.
    fn at(&self, chunk: usize) -> (usize, usize) {
        let start = chunk * self.block;
        (start, self.block.min(self.size - start))
    }
}

/// A map; chunk: a block of elements.
pub struct Unary {
    op: i32,
    from: *const f32,
    to: *mut f32,
    blocks: Blocks,
    low: f32,
    high: f32,
}

impl Job for Unary {
    type Arguments = UnaryArguments;

    fn prepare(args: &UnaryArguments, s: &Setting) -> Result<Self, Fault> {
        let blocks = Blocks::of(args.size, args.block)?;
        check((0..=unary::STEP).contains(&args.op), "an unknown map")?;
        Ok(Unary {
            op: args.op,
            from: s.memory.floats(args.from, blocks.size)?,
            to: s.memory.floats(args.to, blocks.size)?,
            blocks,
            low: args.low,
            high: args.high,
        })
    }

    fn chunks(&self) -> usize {
        self.blocks.count()
    }

    #[inline(always)]
    unsafe fn run<S: Simd>(&self, chunk: usize, _thread: usize) {
        unsafe {
            let (start, count) = self.blocks.at(chunk);
            let (from, to) = (self.from.add(start), self.to.add(start));
            // One loop each, so that the operation is known inside; inlined, it has the level's instructions.
            macro_rules! each {
                (|$x:ident| $y:expr) => {
                    map::<S>(
                        from,
                        to,
                        count,
                        #[inline(always)]
                        |$x| $y,
                    )
                };
            }
            match self.op {
                unary::EXP => each!(|x| math::exp::<S>(x)),
                unary::GELU => each!(|x| math::gelu::<S>(x)),
                unary::SILU => each!(|x| math::silu::<S>(x)),
                unary::SIGMOID => each!(|x| math::sigmoid::<S>(x)),
                unary::NEG => each!(|x| S::neg(x)),
                unary::ABS => each!(|x| S::abs(x)),
                unary::SQUARE => each!(|x| S::mul(x, x)),
                unary::SQRT => each!(|x| S::sqrt(x)),
                unary::RSQRT => each!(|x| S::div(S::splat(1.0), S::sqrt(x))),
                unary::RECIPROCAL => each!(|x| S::div(S::splat(1.0), x)),
                unary::RELU => each!(|x| S::max(S::zero(), x)),
                unary::CLIP => {
                    let (low, high) = (S::splat(self.low), S::splat(self.high));
                    each!(|x| S::min(high, S::max(low, x)))
                }
                unary::LOG => {
                    // One by one: networks take logarithms of few numbers.
                    for i in 0..count {
                        *to.add(i) = (*from.add(i)).ln();
                    }
                }
                unary::STEP => {
                    let (low, one) = (S::splat(self.low), S::splat(1.0));
                    each!(|x| {
                        let step = S::select(S::lt(S::zero(), x), one, low);
                        S::select(S::is_nan(x), x, step)
                    })
                }
                _ => each!(|x| math::erf::<S>(x)),
            }
        }
    }
}

#[inline(always)]
unsafe fn map<S: Simd>(from: *const f32, to: *mut f32, count: usize, f: impl Fn(S::V) -> S::V) {
    unsafe {
        let whole = count / S::LANES * S::LANES;
        let mut i = 0;
        while i < whole {
            S::store(to.add(i), f(S::load(from.add(i))));
            i += S::LANES;
        }
        if i < count {
            S::store_some(to.add(i), f(S::load_some(from.add(i), count - i)), count - i);
        }
    }
}

/// Rows of an output, walked by up to five axes, and its columns; chunk (block of rows, block of columns).
struct Walk {
    rows: usize,
    columns: usize,
    row_block: usize,
    column_block: usize,
    axes: usize,
    sizes: [usize; 5],
}

impl Walk {
    fn of(
        rows: i32,
        columns: i32,
        row_block: i32,
        column_block: i32,
        axes: i32,
        sizes: [i32; 5],
    ) -> Result<Walk, Fault> {
        let axes = size(axes)?;
        check(axes <= 5, "more than five axes")?;
        let mut walk = Walk {
            rows: size(rows)?,
            columns: size(columns)?,
            row_block: positive(row_block)?,
            column_block: positive(column_block)?,
            axes,
            sizes: [1; 5],
        };
        for axis in 0..axes {
            walk.sizes[axis] = positive(sizes[axis])?;
        }
        check(area(&walk.sizes)? == walk.rows, "axes that make another number of rows")?;
        Ok(walk)
    }

    fn column_blocks(&self) -> usize {
        self.columns.div_ceil(self.column_block)
    }

    fn chunks(&self) -> usize {
        self.column_blocks() * self.rows.div_ceil(self.row_block)
    }

    /// Distances along the axes and from column to column, and how far they reach.
    fn side(&self, strides: [u32; 5], column: u32) -> Result<(Side, usize), Fault> {
        let mut side = Side { strides: [0; 5], step: step(column)? };
        let mut axes = vec![(self.columns, side.step)];
        for axis in 0..self.axes {
            side.strides[axis] = step(strides[axis])?;
            axes.push((self.sizes[axis], side.strides[axis]));
        }
        let reach = extent(&axes)?;
        Ok((side, reach))
    }

    /// The first row, the row after the last, the first column and how many there are.
    #[inline(always)]
    fn part(&self, chunk: usize) -> (usize, usize, usize, usize) {
        let column = chunk % self.column_blocks() * self.column_block;
        let row = chunk / self.column_blocks() * self.row_block;
        (row, self.rows.min(row + self.row_block), column, self.column_block.min(self.columns - column))
    }

    /// Where a row of a tensor begins.
    #[inline(always)]
    fn offset(&self, mut row: usize, side: &Side) -> usize {
        let mut offset = 0;
        for axis in (0..self.axes).rev() {
            offset += row % self.sizes[axis] * side.strides[axis];
            row /= self.sizes[axis];
        }
        offset
    }
}

/// How one tensor lies in a walk.
struct Side {
    strides: [usize; 5],
    step: usize,
}

/// x op y, either one repeated along any axes.
pub struct Binary {
    walk: Walk,
    op: i32,
    x: *const f32,
    y: *const f32,
    to: *mut f32,
    x_side: Side,
    y_side: Side,
}

impl Job for Binary {
    type Arguments = BinaryArguments;

    fn prepare(args: &BinaryArguments, s: &Setting) -> Result<Self, Fault> {
        let walk = Walk::of(args.rows, args.columns, args.row_block, args.column_block, args.axes, args.sizes)?;
        check((0..=binary::SILU_GRAD).contains(&args.op), "an unknown map of two")?;
        let (x_side, x_reach) = walk.side(args.x_strides, args.x_step)?;
        let (y_side, y_reach) = walk.side(args.y_strides, args.y_step)?;
        check(x_side.step <= 1 && y_side.step <= 1, "columns that are neither side by side nor one")?;
        Ok(Binary {
            op: args.op,
            x: s.memory.floats(args.x, x_reach)?,
            y: s.memory.floats(args.y, y_reach)?,
            to: s.memory.floats(args.to, area(&[walk.rows, walk.columns])?)?,
            walk,
            x_side,
            y_side,
        })
    }

    fn chunks(&self) -> usize {
        self.walk.chunks()
    }

    #[inline(always)]
    unsafe fn run<S: Simd>(&self, chunk: usize, _thread: usize) {
        unsafe {
            // As in Unary.
            macro_rules! each {
                (|$x:ident, $y:ident| $z:expr) => {
                    self.rows::<S>(
                        chunk,
                        #[inline(always)]
                        |$x, $y| $z,
                    )
                };
            }
            match self.op {
                binary::ADD => each!(|x, y| S::add(x, y)),
                binary::SUB => each!(|x, y| S::sub(x, y)),
                binary::MUL => each!(|x, y| S::mul(x, y)),
                binary::DIV => each!(|x, y| S::div(x, y)),
                binary::MAX => each!(|x, y| S::max(x, y)),
                binary::MIN => each!(|x, y| S::min(x, y)),
                binary::SQUARED_DIFFERENCE => each!(|x, y| {
                    let d = S::sub(x, y);
                    S::mul(d, d)
                }),
                binary::GELU_GRAD => each!(|x, y| S::mul(x, math::gelu_slope::<S>(y))),
                _ => each!(|x, y| S::mul(x, math::silu_slope::<S>(y))),
            }
        }
    }
}

impl Binary {
    #[inline(always)]
    unsafe fn rows<S: Simd>(&self, chunk: usize, f: impl Fn(S::V, S::V) -> S::V) {
        unsafe {
            let (first, end, column, count) = self.walk.part(chunk);
            let (x_step, y_step) = (self.x_side.step, self.y_side.step);
            let lanes = S::LANES;
            for row in first..end {
                let x = self.x.add(self.walk.offset(row, &self.x_side) + column * x_step);
                let y = self.y.add(self.walk.offset(row, &self.y_side) + column * y_step);
                let to = self.to.add(row * self.walk.columns + column);
                let whole = count / lanes * lanes;
                let mut i = 0;
                if x_step == 1 && y_step == 1 {
                    while i < whole {
                        S::store(to.add(i), f(S::load(x.add(i)), S::load(y.add(i))));
                        i += lanes;
                    }
                }
                while i < count {
                    let left = count - i;
                    let a = if x_step == 1 { S::load_part(x.add(i), left) } else { S::splat(*x) };
                    let b = if y_step == 1 { S::load_part(y.add(i), left) } else { S::splat(*y) };
                    S::store_part(to.add(i), f(a, b), left);
                    i += lanes;
                }
            }
        }
    }
}

/// A copy of 4-byte values between two layouts.
pub struct Copied {
    walk: Walk,
    from: *const f32,
    to: *mut f32,
    from_side: Side,
    to_side: Side,
}

impl Job for Copied {
    type Arguments = CopyArguments;

    fn prepare(args: &CopyArguments, s: &Setting) -> Result<Self, Fault> {
        let walk = Walk::of(args.rows, args.columns, args.row_block, args.column_block, args.axes, args.sizes)?;
        let (from_side, from_reach) = walk.side(args.from_strides, args.from_step)?;
        let (to_side, to_reach) = walk.side(args.to_strides, args.to_step)?;
        Ok(Copied {
            walk,
            from: s.memory.floats(args.from, from_reach)?,
            to: s.memory.floats(args.to, to_reach)?,
            from_side,
            to_side,
        })
    }

    fn chunks(&self) -> usize {
        self.walk.chunks()
    }

    #[inline(always)]
    unsafe fn run<S: Simd>(&self, chunk: usize, _thread: usize) {
        unsafe {
            let (first, end, column, count) = self.walk.part(chunk);
            let (from_step, to_step) = (self.from_side.step, self.to_side.step);
            for row in first..end {
                let from = self.from.add(self.walk.offset(row, &self.from_side) + column * from_step);
                let to = self.to.add(self.walk.offset(row, &self.to_side) + column * to_step);
                if from_step == 1 && to_step == 1 {
                    std::ptr::copy(from, to, count);
                } else {
                    for i in 0..count {
                        // As bits: a signalling NaN stays what it is.
                        *to.add(i * to_step).cast::<u32>() = *from.add(i * from_step).cast::<u32>();
                    }
                }
            }
        }
    }
}

/// Elements set to one word; chunk: a block of elements.
pub struct Fill {
    to: *mut i32,
    blocks: Blocks,
    word: i32,
}

impl Job for Fill {
    type Arguments = FillArguments;

    fn prepare(args: &FillArguments, s: &Setting) -> Result<Self, Fault> {
        let blocks = Blocks::of(args.size, args.block)?;
        Ok(Fill { to: s.memory.integers(args.to, blocks.size)?, blocks, word: args.word })
    }

    fn chunks(&self) -> usize {
        self.blocks.count()
    }

    #[inline(always)]
    unsafe fn run<S: Simd>(&self, chunk: usize, _thread: usize) {
        let (start, count) = self.blocks.at(chunk);
        for i in start..start + count {
            unsafe { *self.to.add(i) = self.word };
        }
    }
}

/// Values of one type as another; one chunk.
pub struct Cast {
    kind: i32,
    bytes: *const u8,
    words: *const i32,
    to: *mut i32,
    size: usize,
}

impl Job for Cast {
    type Arguments = CastArguments;

    fn prepare(args: &CastArguments, s: &Setting) -> Result<Self, Fault> {
        let size = size(args.size)?;
        let of_bytes = match args.kind {
            cast::BOOL_TO_FLOAT | cast::BOOL_TO_INT => true,
            cast::INT_TO_FLOAT | cast::FLOAT_TO_INT => false,
            _ => return fault("an unknown cast"),
        };
        Ok(Cast {
            kind: args.kind,
            bytes: s.memory.bytes(args.from, if of_bytes { size } else { 0 })?,
            words: s.memory.integers(if of_bytes { 0 } else { args.from }, if of_bytes { 0 } else { size })?,
            to: s.memory.integers(args.to, size)?,
            size,
        })
    }

    fn chunks(&self) -> usize {
        1
    }

    #[inline(always)]
    unsafe fn run<S: Simd>(&self, _chunk: usize, _thread: usize) {
        unsafe {
            for i in 0..self.size {
                *self.to.add(i) = match self.kind {
                    cast::INT_TO_FLOAT => (*self.words.add(i) as f32).to_bits() as i32,
                    cast::BOOL_TO_FLOAT => f32::from(*self.bytes.add(i)).to_bits() as i32,
                    // NaN is 0, as in JavaScript and WebAssembly.
                    cast::FLOAT_TO_INT => f32::from_bits(*self.words.add(i) as u32) as i32,
                    _ => i32::from(*self.bytes.add(i)),
                };
            }
        }
    }
}

/// Sine or cosine by float64; one chunk.
pub struct Sine {
    cosine: bool,
    from: *const f32,
    to: *mut f32,
    size: usize,
}

impl Job for Sine {
    type Arguments = SineArguments;

    fn prepare(args: &SineArguments, s: &Setting) -> Result<Self, Fault> {
        let size = size(args.size)?;
        let (from, to) = (s.memory.floats(args.from, size)?, s.memory.floats(args.to, size)?);
        Ok(Sine { cosine: args.cosine != 0, from, to, size })
    }

    fn chunks(&self) -> usize {
        1
    }

    #[inline(always)]
    unsafe fn run<S: Simd>(&self, _chunk: usize, _thread: usize) {
        for i in 0..self.size {
            unsafe {
                let x = f64::from(*self.from.add(i));
                *self.to.add(i) = if self.cosine { libm::cos(x) } else { libm::sin(x) } as f32;
            }
        }
    }
}

/// Σ coefficient·input, clipped if asked; chunk: a block of elements.
pub struct LinearCombination {
    to: *mut f32,
    blocks: Blocks,
    terms: Vec<(*const f32, f32)>,
    bounds: Option<(f32, f32)>,
}

impl Job for LinearCombination {
    type Arguments = LinearCombinationArguments;

    fn prepare(args: &LinearCombinationArguments, s: &Setting) -> Result<Self, Fault> {
        let blocks = Blocks::of(args.size, args.block)?;
        let inputs = size(args.inputs)?;
        let table = s.memory.integers(args.table, area(&[inputs, 2])?)?;
        let mut terms = Vec::with_capacity(inputs);
        for i in 0..inputs {
            // SAFETY: the table has two words for each input.
            let (address, factor) = unsafe { (*table.add(2 * i) as u32, f32::from_bits(*table.add(2 * i + 1) as u32)) };
            terms.push((s.memory.floats(address, blocks.size)?.cast_const(), factor));
        }
        let bounds = (args.clip != 0).then_some((args.low, args.high));
        Ok(LinearCombination { to: s.memory.floats(args.to, blocks.size)?, blocks, terms, bounds })
    }

    fn chunks(&self) -> usize {
        self.blocks.count()
    }

    #[inline(always)]
    unsafe fn run<S: Simd>(&self, chunk: usize, _thread: usize) {
        unsafe {
            let (start, count) = self.blocks.at(chunk);
            let mut i = 0;
            while i < count {
                let left = count - i;
                let at = start + i;
                let mut sum = S::zero();
                for &(from, factor) in &self.terms {
                    // Not fused: coefficient and product are rounded as the sum of products of core ops is.
                    sum = S::add(sum, S::mul(S::splat(factor), S::load_part(from.add(at), left)));
                }
                if let Some((low, high)) = self.bounds {
                    sum = S::min(S::splat(high), S::max(S::splat(low), sum));
                }
                S::store_part(self.to.add(at), sum, left);
                i += S::LANES;
            }
        }
    }
}
