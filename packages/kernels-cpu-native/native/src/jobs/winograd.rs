//! Winograd's F(4×4, 3×3) (Lavin and Gray 2015, arXiv:1509.09308): tiles of 4×4 outputs from 6×6 inputs, 36 products of matrices in place
//! of 144. y = Aᵀ[(G g Gᵀ) ⊙ (Bᵀ d B)]A; the gradient by the filter is the transpose of the same maps. Channels lie in the lanes.

use super::gemm::{pack_panel, packed, start_of};
use crate::arguments::{
    WinogradArguments, WinogradFilterArguments, WinogradGradFilterArguments, WinogradGradProductArguments,
    WinogradGradTransformArguments, filter_form,
};
use crate::gemm::{Product, Start};
use crate::job::{Job, Setting};
use crate::memory::{Fault, area, check, fault, positive, size};
use crate::simd::{COLUMNS, Simd};
use std::ops::Range;
use std::ptr::null;

/// The matrices of a transform.
const MATRICES: usize = 36;

/// From one of the matrices to the next: a cache line more than the matrix, or else all 36 would fall into the same few cache sets
/// whenever sizes are powers of two. The host allots as much.
const fn distance(values: usize) -> usize {
    values + 16
}

type Six<V> = [V; 6];

/// Bᵀ: six vectors to six.
#[inline(always)]
unsafe fn input_map<S: Simd>(d: Six<S::V>) -> Six<S::V> {
    unsafe {
        let (two, four, five) = (S::splat(2.0), S::splat(4.0), S::splat(5.0));
        let p = S::fnma(four, d[2], d[4]);
        let q = S::fnma(four, d[1], d[3]);
        let r = S::sub(d[4], d[2]);
        let s = S::sub(d[3], d[1]);
        [
            S::fma(four, d[0], S::fnma(five, d[2], d[4])),
            S::add(p, q),
            S::sub(p, q),
            S::fma(two, s, r),
            S::fnma(two, s, r),
            S::fma(four, d[1], S::fnma(five, d[3], d[5])),
        ]
    }
}

/// Aᵀ: six vectors to four.
#[inline(always)]
unsafe fn output_map<S: Simd>(m: Six<S::V>) -> [S::V; 4] {
    unsafe {
        let (s1, d1) = (S::add(m[1], m[2]), S::sub(m[1], m[2]));
        let (s2, d2) = (S::add(m[3], m[4]), S::sub(m[3], m[4]));
        [
            S::add(S::add(m[0], s1), s2),
            S::fma(S::splat(2.0), d2, d1),
            S::fma(S::splat(4.0), s2, s1),
            S::add(S::fma(S::splat(8.0), d2, d1), m[5]),
        ]
    }
}

/// A: four vectors to six.
#[inline(always)]
unsafe fn output_grad_map<S: Simd>(y: [S::V; 4]) -> Six<S::V> {
    unsafe {
        let even = S::add(y[0], y[2]);
        let odd = S::add(y[1], y[3]);
        let even2 = S::fma(S::splat(4.0), y[2], y[0]);
        let odd2 = S::fma(S::splat(8.0), y[3], S::mul(S::splat(2.0), y[1]));
        [y[0], S::add(even, odd), S::sub(even, odd), S::add(even2, odd2), S::sub(even2, odd2), y[3]]
    }
}

/// G: three vectors to six.
#[inline(always)]
unsafe fn filter_map<S: Simd>(g: [S::V; 3]) -> Six<S::V> {
    unsafe {
        let sixth = S::splat(1.0 / 6.0);
        let a = S::mul(S::add(g[0], g[2]), S::splat(-1.0 / 6.0));
        let b = S::fma(g[0], S::splat(1.0 / 24.0), S::mul(g[2], sixth));
        let c = S::mul(g[1], S::splat(1.0 / 12.0));
        [
            S::mul(g[0], S::splat(0.25)),
            S::fnma(g[1], sixth, a),
            S::fma(g[1], sixth, a),
            S::add(b, c),
            S::sub(b, c),
            g[2],
        ]
    }
}

/// Gᵀ: six vectors to three.
#[inline(always)]
unsafe fn filter_grad_map<S: Simd>(u: Six<S::V>) -> [S::V; 3] {
    unsafe {
        let sixth = S::splat(1.0 / 6.0);
        let s1 = S::mul(S::add(u[1], u[2]), sixth);
        let s2 = S::add(u[3], u[4]);
        let first = S::fma(u[0], S::splat(0.25), S::mul(s2, S::splat(1.0 / 24.0)));
        let d1 = S::mul(S::sub(u[2], u[1]), sixth);
        [S::sub(first, s1), S::fma(S::sub(u[3], u[4]), S::splat(1.0 / 12.0), d1), S::sub(S::fma(s2, sixth, u[5]), s1)]
    }
}

/// Transforms and packs the filter, [3][3][k][n] to [36][n/COLUMNS][k][COLUMNS]; chunk: a panel of output channels.
pub struct Filter {
    from: *const f32,
    k: usize,
    n: usize,
    to: *mut f32,
}

impl Job for Filter {
    type Arguments = WinogradFilterArguments;

    fn prepare(args: &WinogradFilterArguments, s: &Setting) -> Result<Self, Fault> {
        let (k, n) = (size(args.k)?, size(args.n)?);
        Ok(Filter {
            from: s.memory.floats(args.filter, area(&[9, k, n])?)?,
            k,
            n,
            to: s.memory.floats(args.to, area(&[MATRICES, distance(packed(k, n)?)])?)?,
        })
    }

    fn chunks(&self) -> usize {
        self.n.div_ceil(COLUMNS)
    }

    #[inline(always)]
    unsafe fn run<S: Simd>(&self, chunk: usize, _thread: usize) {
        unsafe {
            let (k, n) = (self.k, self.n);
            let column = chunk * COLUMNS;
            let matrix = distance(n.div_ceil(COLUMNS) * k * COLUMNS);
            let taps = Taps { from: self.from.add(column), row: n, tap: k * n, columns: n - column };
            taps.transform_panel::<S>(k, self.to.add(chunk * k * COLUMNS), matrix);
        }
    }
}

/// Columns of a filter: input channel i of tap t at from + t·tap + i·row.
struct Taps {
    from: *const f32,
    row: usize,
    tap: usize,
    columns: usize,
}

impl Taps {
    /// G g Gᵀ of a panel, to [k][COLUMNS] of each matrix.
    #[inline(always)]
    unsafe fn transform_panel<S: Simd>(&self, k: usize, to: *mut f32, matrix: usize) {
        unsafe {
            for i in 0..k {
                let mut j = 0;
                while j < COLUMNS {
                    let left = self.columns.saturating_sub(j);
                    let from = self.from.add(i * self.row + j.min(self.columns));
                    let to = to.add(i * COLUMNS + j);
                    let mut half = [[S::zero(); 6]; 3];
                    for x in 0..3 {
                        let g = |y: usize| S::load_part(from.wrapping_add((3 * y + x) * self.tap), left);
                        half[x] = filter_map::<S>([g(0), g(1), g(2)]);
                    }
                    for y in 0..6 {
                        let row = filter_map::<S>([half[0][y], half[1][y], half[2][y]]);
                        for x in 0..6 {
                            S::store(to.add((y * 6 + x) * matrix), row[x]);
                        }
                    }
                    j += S::LANES;
                }
            }
        }
    }
}

/// A convolution seen as tiles of 4×4 outputs.
struct Tiles {
    x: *const f32,
    height: usize,
    width: usize,
    k: usize,
    pad: isize,
    n: usize,
    out_height: usize,
    out_width: usize,
    /// [k] zeros.
    zeros: *const f32,
    block: usize,
}

macro_rules! tiles {
    ($args:expr, $setting:expr, $last:expr) => {{
        let (args, s) = ($args, $setting);
        let (height, width, k) = (size(args.height)?, size(args.width)?, size(args.k)?);
        let (out_height, out_width) = (positive(args.out_height)?, positive(args.out_width)?);
        let of_an_image = area(&[out_height.div_ceil(4), out_width.div_ceil(4)])?;
        let images = $last.div_ceil(of_an_image);
        (
            Tiles {
                x: s.memory.floats(args.x, area(&[images, height, width, k])?)?,
                height,
                width,
                k,
                pad: args.pad as isize,
                n: size(args.n)?,
                out_height,
                out_width,
                zeros: s.memory.floats(args.zeros, k)?,
                block: positive(args.tile_block)?,
            },
            images,
        )
    }};
}

impl Tiles {
    /// Image, top and left of a tile's outputs.
    #[inline(always)]
    fn place(&self, tile: usize) -> (usize, usize, usize) {
        let (rows, columns) = (self.out_height.div_ceil(4), self.out_width.div_ceil(4));
        let rest = tile / columns;
        (rest / rows, rest % rows * 4, tile % columns * 4)
    }

    /// Bᵀ d B of some channels of one tile. Pointers to its 36 pixels are made first; those outside of the image point to zeros.
    #[inline(always)]
    unsafe fn transform_input<S: Simd>(&self, tile: usize, channels: Range<usize>, to: *mut f32, matrix: usize) {
        unsafe {
            let (image, top, left) = self.place(tile);
            let image = self.x.add(image * self.height * self.width * self.k);
            let mut pixels = [[null(); 6]; 6];
            for (y, row) in pixels.iter_mut().enumerate() {
                for (x, pixel) in row.iter_mut().enumerate() {
                    let at_y = (top + y) as isize - self.pad;
                    let at_x = (left + x) as isize - self.pad;
                    let inside = (0..self.height as isize).contains(&at_y) && (0..self.width as isize).contains(&at_x);
                    *pixel = if inside {
                        image.add((at_y as usize * self.width + at_x as usize) * self.k)
                    } else {
                        self.zeros
                    };
                }
            }
            let to = to.wrapping_sub(channels.start);
            let mut c = channels.start;
            while c < channels.end {
                let count = channels.end - c;
                let mut half = [[S::zero(); 6]; 6];
                for x in 0..6 {
                    let d = |y: usize| S::load_part(pixels[y][x].add(c), count);
                    half[x] = input_map::<S>([d(0), d(1), d(2), d(3), d(4), d(5)]);
                }
                for y in 0..6 {
                    let row = input_map::<S>([half[0][y], half[1][y], half[2][y], half[3][y], half[4][y], half[5][y]]);
                    for x in 0..6 {
                        S::store_part(to.wrapping_add((y * 6 + x) * matrix + c), row[x], count);
                    }
                }
                c += S::LANES;
            }
        }
    }
}

/// How a filter comes to a convolution.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Transformed,
    Plain,
    Turned,
}

/// A convolution; chunk (block of tiles, block of columns). A filter that is not transformed yet is, for the columns of the chunk and some
/// input channels at a time: transformed it is four times as large, and what is read of memory bounds convolutions of few tiles.
pub struct Winograd {
    tiles: Tiles,
    count: usize,
    filter: *const f32,
    form: Form,
    to: *mut f32,
    bias: *const f32,
    column_block: usize,
    depth_block: usize,
    memory: *mut f32,
    per_thread: usize,
}

impl Job for Winograd {
    type Arguments = WinogradArguments;

    fn prepare(args: &WinogradArguments, s: &Setting) -> Result<Self, Fault> {
        let count = size(args.tiles)?;
        let (tiles, images) = tiles!(args, s, count);
        let column_block = positive(args.column_block)?;
        check(
            column_block.is_multiple_of(COLUMNS) || column_block >= tiles.n,
            "a block of columns that splits a panel",
        )?;
        let form = match args.form {
            filter_form::TRANSFORMED => Form::Transformed,
            filter_form::PLAIN => Form::Plain,
            filter_form::TURNED => Form::Turned,
            _ => return fault("an unknown form of a filter"),
        };
        let depth_block = if form == Form::Transformed { tiles.k.max(1) } else { positive(args.depth_block)? };
        let per_thread = args.bytes_per_thread as usize / 4;
        let columns = column_block.min(tiles.n);
        let v = distance(area(&[tiles.block, depth_block])?);
        let m = distance(area(&[tiles.block, columns])?);
        let u = if form == Form::Transformed { 0 } else { distance(packed(depth_block, columns)?) };
        let turned = if form == Form::Turned { area(&[9, depth_block, COLUMNS])? } else { 0 };
        check(per_thread >= area(&[MATRICES, v + m + u])? + turned, "too little memory for a thread")?;
        let values = match form {
            Form::Transformed => area(&[MATRICES, distance(packed(tiles.k, tiles.n)?)])?,
            _ => area(&[9, tiles.k, tiles.n])?,
        };
        Ok(Winograd {
            count,
            filter: s.memory.floats(args.filter, values)?,
            form,
            to: s.memory.floats(args.to, area(&[images, tiles.out_height, tiles.out_width, tiles.n])?)?,
            bias: s.memory.optional(args.bias, tiles.n)?,
            column_block,
            depth_block,
            memory: s.memory.floats(args.memory, area(&[per_thread, s.threads])?)?,
            per_thread,
            tiles,
        })
    }

    fn chunks(&self) -> usize {
        self.count.div_ceil(self.tiles.block) * self.tiles.n.div_ceil(self.column_block)
    }

    #[inline(always)]
    unsafe fn run<S: Simd>(&self, chunk: usize, thread: usize) {
        unsafe {
            let t = &self.tiles;
            let (k, n) = (t.k, t.n);
            let column_blocks = n.div_ceil(self.column_block);
            let j = chunk % column_blocks * self.column_block;
            let columns = self.column_block.min(n - j);
            let first = chunk / column_blocks * t.block;
            let tiles = t.block.min(self.count - first);
            let m_distance = distance(tiles * columns);
            let m = self.memory.add(thread * self.per_thread);
            let v = m.add(MATRICES * m_distance);
            for k0 in (0..k).step_by(self.depth_block) {
                let depth = self.depth_block.min(k - k0);
                let v_distance = distance(tiles * depth);
                for i in 0..tiles {
                    t.transform_input::<S>(first + i, k0..k0 + depth, v.add(i * depth), v_distance);
                }
                let (u, u_distance) = if self.form == Form::Transformed {
                    (self.filter.add(j * k), distance(n.div_ceil(COLUMNS) * k * COLUMNS))
                } else {
                    let to = v.add(MATRICES * v_distance);
                    (to.cast_const(), self.transform_filter::<S>(k0, depth, j, columns, to))
                };
                for xi in 0..MATRICES {
                    S::multiply(&Product {
                        m: tiles,
                        n: columns,
                        k: depth,
                        a: v.add(xi * v_distance),
                        a_row: depth,
                        a_depth: 1,
                        b: u.add(xi * u_distance),
                        panel: depth * COLUMNS,
                        c: m.add(xi * m_distance),
                        c_row: columns,
                        start: if k0 == 0 { Start::Zero } else { Start::Accumulate },
                        bias: null(),
                    });
                }
            }
            let bias = if self.bias.is_null() { null() } else { self.bias.add(j) };
            for i in 0..tiles {
                let (image, y, x) = t.place(first + i);
                let to = self.to.add(((image * t.out_height + y) * t.out_width + x) * n + j);
                let (rows, cols) = (4.min(t.out_height - y), 4.min(t.out_width - x));
                transform_output::<S>(
                    m.add(i * columns),
                    m_distance,
                    columns,
                    bias,
                    to,
                    t.out_width * n,
                    n,
                    rows,
                    cols,
                );
            }
        }
    }
}

impl Winograd {
    /// Transforms columns of the filter for some input channels; returns the distance of the matrices.
    #[inline(always)]
    unsafe fn transform_filter<S: Simd>(
        &self,
        k0: usize,
        depth: usize,
        column: usize,
        columns: usize,
        to: *mut f32,
    ) -> usize {
        unsafe {
            let (k, n) = (self.tiles.k, self.tiles.n);
            let panels = columns.div_ceil(COLUMNS);
            let matrix = distance(panels * depth * COLUMNS);
            let turned = to.add(MATRICES * matrix); // [9][depth][COLUMNS]
            for panel in 0..panels {
                let j = column + panel * COLUMNS;
                let taps = if self.form == Form::Turned {
                    let tap = depth * COLUMNS;
                    for t in 0..9 {
                        let from = self.filter.add(((8 - t) * n + j) * k + k0);
                        pack_panel::<S>(from, 1, k, depth, COLUMNS.min(n - j), turned.add(t * tap));
                    }
                    Taps { from: turned, row: COLUMNS, tap, columns: COLUMNS }
                } else {
                    Taps { from: self.filter.add(k0 * n + j), row: n, tap: k * n, columns: n - j }
                };
                taps.transform_panel::<S>(depth, to.add(panel * depth * COLUMNS), matrix);
            }
            matrix
        }
    }
}

/// Aᵀ m A of one tile (+ bias), clipped to the image.
#[inline(always)]
unsafe fn transform_output<S: Simd>(
    from: *const f32,
    matrix: usize,
    columns: usize,
    bias: *const f32,
    to: *mut f32,
    row_step: usize,
    pixel_step: usize,
    rows: usize,
    cols: usize,
) {
    unsafe {
        let mut c = 0;
        while c < columns {
            let left = columns - c;
            let mut half = [[S::zero(); 4]; 6];
            for x in 0..6 {
                let m = |y: usize| S::load_part(from.add((y * 6 + x) * matrix + c), left);
                half[x] = output_map::<S>([m(0), m(1), m(2), m(3), m(4), m(5)]);
            }
            let add = if bias.is_null() { S::zero() } else { S::load_part(bias.add(c), left) };
            for y in 0..rows {
                let row = output_map::<S>([half[0][y], half[1][y], half[2][y], half[3][y], half[4][y], half[5][y]]);
                for x in 0..cols {
                    S::store_part(to.add(c + y * row_step + x * pixel_step), S::add(add, row[x]), left);
                }
            }
            c += S::LANES;
        }
    }
}

/// The transforms for the gradient by the filter; chunk: a block of tiles.
pub struct GradTransform {
    tiles: Tiles,
    dy: *const f32,
    first: usize,
    count: usize,
    v: *mut f32,
    z: *mut f32,
}

impl Job for GradTransform {
    type Arguments = WinogradGradTransformArguments;

    fn prepare(args: &WinogradGradTransformArguments, s: &Setting) -> Result<Self, Fault> {
        let (first, count) = (size(args.first_tile)?, size(args.tiles)?);
        let (tiles, images) = tiles!(args, s, (first + count));
        Ok(GradTransform {
            dy: s.memory.floats(args.dy, area(&[images, tiles.out_height, tiles.out_width, tiles.n])?)?,
            first,
            count,
            v: s.memory.floats(args.v, area(&[MATRICES, distance(area(&[count, tiles.k])?)])?)?,
            z: s.memory.floats(args.z, area(&[MATRICES, distance(packed(count, tiles.n)?)])?)?,
            tiles,
        })
    }

    fn chunks(&self) -> usize {
        self.count.div_ceil(self.tiles.block)
    }

    #[inline(always)]
    unsafe fn run<S: Simd>(&self, chunk: usize, _thread: usize) {
        unsafe {
            let t = &self.tiles;
            let n = t.n;
            let v_distance = distance(self.count * t.k);
            let z_distance = distance(n.div_ceil(COLUMNS) * self.count * COLUMNS);
            let start = chunk * t.block;
            for tile in start..self.count.min(start + t.block) {
                t.transform_input::<S>(self.first + tile, 0..t.k, self.v.add(tile * t.k), v_distance);
                let (image, y, x) = t.place(self.first + tile);
                let dy = self.dy.add(((image * t.out_height + y) * t.out_width + x) * n);
                let (rows, cols) = (t.out_height - y, t.out_width - x);
                let mut c = 0;
                // Panels to their end: what lies past the channels is zero.
                while c < n.next_multiple_of(COLUMNS) {
                    let left = n.saturating_sub(c);
                    let mut half = [[S::zero(); 6]; 4];
                    for i in 0..4 {
                        let at = |row: usize| {
                            if i < cols && row < rows && left > 0 {
                                S::load_part(dy.add(row * t.out_width * n + i * n + c), left)
                            } else {
                                S::zero()
                            }
                        };
                        half[i] = output_grad_map::<S>([at(0), at(1), at(2), at(3)]);
                    }
                    let z = self.z.add(c / COLUMNS * self.count * COLUMNS + tile * COLUMNS + c % COLUMNS);
                    for i in 0..6 {
                        let row = output_grad_map::<S>([half[0][i], half[1][i], half[2][i], half[3][i]]);
                        for x in 0..6 {
                            S::store(z.add((i * 6 + x) * z_distance), row[x]);
                        }
                    }
                    c += S::LANES;
                }
            }
        }
    }
}

/// dU[xi] = V[xi]ᵀ·Z[xi]; chunk (xi, block of rows).
pub struct GradProduct {
    k: usize,
    n: usize,
    tiles: usize,
    v: *const f32,
    z: *const f32,
    du: *mut f32,
    block: usize,
    start: Start,
}

impl Job for GradProduct {
    type Arguments = WinogradGradProductArguments;

    fn prepare(args: &WinogradGradProductArguments, s: &Setting) -> Result<Self, Fault> {
        let (k, n, tiles) = (size(args.k)?, size(args.n)?, size(args.tiles)?);
        let start = start_of(args.start)?;
        check(start != Start::Bias, "a product of transforms has no bias")?;
        Ok(GradProduct {
            k,
            n,
            tiles,
            v: s.memory.floats(args.v, area(&[MATRICES, distance(area(&[tiles, k])?)])?)?,
            z: s.memory.floats(args.z, area(&[MATRICES, distance(packed(tiles, n)?)])?)?,
            du: s.memory.floats(args.du, area(&[MATRICES, distance(area(&[k, n])?)])?)?,
            block: positive(args.row_block)?,
            start,
        })
    }

    fn chunks(&self) -> usize {
        MATRICES * self.k.div_ceil(self.block)
    }

    #[inline(always)]
    unsafe fn run<S: Simd>(&self, chunk: usize, _thread: usize) {
        unsafe {
            let (k, n, tiles) = (self.k, self.n, self.tiles);
            let blocks = k.div_ceil(self.block);
            let i = chunk % blocks * self.block;
            let xi = chunk / blocks;
            S::multiply(&Product {
                m: self.block.min(k - i),
                n,
                k: tiles,
                a: self.v.add(xi * distance(tiles * k) + i),
                a_row: 1,
                a_depth: k,
                b: self.z.add(xi * distance(n.div_ceil(COLUMNS) * tiles * COLUMNS)),
                panel: tiles * COLUMNS,
                c: self.du.add(xi * distance(k * n) + i * n),
                c_row: n,
                start: self.start,
                bias: null(),
            });
        }
    }
}

/// dW = Gᵀ dU G; chunk: an input channel.
pub struct GradFilter {
    du: *const f32,
    k: usize,
    n: usize,
    to: *mut f32,
}

impl Job for GradFilter {
    type Arguments = WinogradGradFilterArguments;

    fn prepare(args: &WinogradGradFilterArguments, s: &Setting) -> Result<Self, Fault> {
        let (k, n) = (size(args.k)?, size(args.n)?);
        Ok(GradFilter {
            du: s.memory.floats(args.du, area(&[MATRICES, distance(area(&[k, n])?)])?)?,
            k,
            n,
            to: s.memory.floats(args.to, area(&[9, k, n])?)?,
        })
    }

    fn chunks(&self) -> usize {
        self.k
    }

    #[inline(always)]
    unsafe fn run<S: Simd>(&self, chunk: usize, _thread: usize) {
        unsafe {
            let (k, n) = (self.k, self.n);
            let matrix = distance(k * n);
            let mut c = 0;
            while c < n {
                let left = n - c;
                let from = self.du.add(chunk * n + c);
                let to = self.to.add(chunk * n + c);
                let mut half = [[S::zero(); 3]; 6];
                for x in 0..6 {
                    let u = |y: usize| S::load_part(from.add((y * 6 + x) * matrix), left);
                    half[x] = filter_grad_map::<S>([u(0), u(1), u(2), u(3), u(4), u(5)]);
                }
                for y in 0..3 {
                    let row =
                        filter_grad_map::<S>([half[0][y], half[1][y], half[2][y], half[3][y], half[4][y], half[5][y]]);
                    for x in 0..3 {
                        S::store_part(to.add((y * 3 + x) * k * n), row[x], left);
                    }
                }
                c += S::LANES;
            }
        }
    }
}
