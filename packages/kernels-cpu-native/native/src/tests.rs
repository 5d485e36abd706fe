//! What holds without JavaScript: memory, threads, and the functions that every kernel is made of, on every level of this processor.
//! The kernels themselves are held to the ops' conformance cases by the tests of the package.

use crate::arguments::{GemmArguments, PackArguments, UnaryArguments, start, unary};
use crate::gemm::Start;
use crate::job::{Job, Setting};
use crate::jobs::JOBS;
use crate::jobs::elementwise::Unary;
use crate::jobs::gemm::{Gemm, Pack, start_of};
use crate::memory::{Memory, area, extent, size, step};
use crate::pool::Pool;
use crate::simd::{COLUMNS, Level};
use std::sync::atomic::{AtomicUsize, Ordering};

/// A memory of floats, whose addresses are four times their places.
fn memory(floats: &mut [f32]) -> Memory {
    unsafe { Memory::new(floats.as_mut_ptr().cast(), size_of_val(floats)) }
}

fn run<J: Job>(level: Level, floats: &mut [f32], chunks: usize, args: &J::Arguments) {
    let memory = memory(floats);
    let pool = Pool::new(2);
    let setting = Setting { memory: &memory, threads: pool.threads(), chunks };
    let job = J::prepare(args, &setting).unwrap();
    assert!(chunks <= job.chunks());
    unsafe { pool.run(level.entry::<J>(), (&raw const job).cast(), chunks) }.unwrap();
}

#[test]
fn addresses_outside_of_the_memory_are_refused() {
    let mut floats = [0.0; 16];
    let memory = memory(&mut floats);
    assert!(memory.floats(0, 16).is_ok());
    assert!(memory.floats(64, 0).is_ok());
    assert!(memory.floats(60, 1).is_ok());
    for (address, count) in [(60, 2), (64, 1), (2, 1), (u32::MAX - 3, 1), (0, usize::MAX)] {
        assert!(memory.floats(address, count).is_err(), "{count} floats at {address}");
    }
    assert!(memory.optional(0, 1000).unwrap().is_null());
    assert!(memory.bytes(63, 1).is_ok() && memory.bytes(63, 2).is_err());
}

#[test]
fn sizes_that_are_none_are_refused() {
    assert!(size(-1).is_err());
    assert!(step(6).is_err());
    assert!(area(&[1 << 31, 1 << 31, 1 << 31]).is_err());
    assert_eq!(extent(&[(3, 10), (2, 1)]).unwrap(), 22);
    assert_eq!(extent(&[(3, 10), (0, 1)]).unwrap(), 0);
    assert!(extent(&[(usize::MAX, usize::MAX)]).is_err());
    assert!(start_of(3).is_err() && start_of(start::BIAS).unwrap() == Start::Bias);
}

#[test]
fn products_of_any_size_are_sums_of_products_on_every_level() {
    for level in Level::all() {
        let sizes = [
            (1usize, 1usize, 1usize),
            (7, 5, 3),
            (13, 33, 17),
            (25, 16, 300),
            (3, 40, 0),
            (14, 70, 1100),
            (110, 300, 150),
        ];
        for ((m, n, k), by_columns) in sizes.into_iter().flat_map(|size| [(size, false), (size, true)]) {
            let panels = n.div_ceil(COLUMNS) * COLUMNS * k;
            let (a, b, packed, c) = (16, 16 + m * k, 16 + m * k + k * n, 16 + m * k + k * n + panels);
            let mut floats = vec![7.0f32; c + m * n];
            for (i, x) in floats[a..packed].iter_mut().enumerate() {
                *x = ((i * 7919) % 17) as f32 - 8.0; // whole numbers: every order of adding gives the same
            }
            let at = |place: usize| (place * 4) as u32;
            let pack = PackArguments {
                from: at(b),
                k_stride: at(n),
                n_stride: 4,
                k: k as i32,
                n: n as i32,
                to: at(packed),
                from_batch_stride: 0,
                to_batch_stride: 0,
            };
            run::<Pack>(level, &mut floats, n.div_ceil(COLUMNS), &pack);
            let gemm = GemmArguments {
                m: m as i32,
                n: n as i32,
                k: k as i32,
                a: at(a),
                row_stride: if by_columns { 4 } else { at(k) },
                k_stride: if by_columns { at(m) } else { 4 },
                b: at(packed),
                c: at(c),
                c_stride: at(n),
                start: start::ZERO,
                bias: 0,
                row_block: 12,
                column_block: COLUMNS as i32,
                a_batch_stride: 0,
                b_batch_stride: 0,
                c_batch_stride: 0,
            };
            run::<Gemm>(level, &mut floats, m.div_ceil(12) * n.div_ceil(COLUMNS), &gemm);
            for i in 0..m {
                for j in 0..n {
                    let left = |l: usize| floats[a + if by_columns { l * m + i } else { i * k + l }];
                    let sum: f32 = (0..k).map(|l| left(l) * floats[b + l * n + j]).sum();
                    assert_eq!(floats[c + i * n + j], sum, "{} {m}×{n}×{k} at {i}, {j}", level.name());
                }
            }
        }
    }
}

#[test]
fn products_of_fractions_have_the_accuracy_of_their_numbers_and_infinity_stays_in_its_row() {
    const SIZE: usize = 96;
    for level in Level::all() {
        let mut floats = vec![0.0f32; 16 + 4 * SIZE * SIZE];
        let (a, b, c) = (16, 16 + SIZE * SIZE, 16 + 3 * SIZE * SIZE);
        for (i, x) in floats[a..a + 2 * SIZE * SIZE].iter_mut().enumerate() {
            *x = ((i * 7919) % 1009) as f32 / 1009.0 - 0.5 + 1e-3; // never 0
        }
        floats[a + 5 * SIZE + 3] = f32::INFINITY;
        let pack = PackArguments {
            from: (b * 4) as u32,
            k_stride: (SIZE * 4) as u32,
            n_stride: 4,
            k: SIZE as i32,
            n: SIZE as i32,
            to: (b + SIZE * SIZE) as u32 * 4,
            from_batch_stride: 0,
            to_batch_stride: 0,
        };
        run::<Pack>(level, &mut floats, SIZE / COLUMNS, &pack);
        let gemm = GemmArguments {
            m: SIZE as i32,
            n: SIZE as i32,
            k: SIZE as i32,
            a: (a * 4) as u32,
            row_stride: (SIZE * 4) as u32,
            k_stride: 4,
            b: pack.to,
            c: (c * 4) as u32,
            c_stride: (SIZE * 4) as u32,
            start: start::ZERO,
            bias: 0,
            row_block: SIZE as i32,
            column_block: SIZE as i32,
            a_batch_stride: 0,
            b_batch_stride: 0,
            c_batch_stride: 0,
        };
        run::<Gemm>(level, &mut floats, 1, &gemm);
        for i in 0..SIZE {
            for j in 0..SIZE {
                let products = |l: usize| f64::from(floats[a + i * SIZE + l]) * f64::from(floats[b + l * SIZE + j]);
                let (sum, size) = (0..SIZE).map(products).fold((0.0, 0.0), |(s, t), x| (s + x, t + x.abs()));
                let y = f64::from(floats[c + i * SIZE + j]);
                // A rounding for each of the sum's terms, at most.
                let is_right = if i == 5 { y == sum } else { (y - sum).abs() <= SIZE as f64 * 2f64.powi(-24) * size };
                assert!(is_right, "{} at {i}, {j}: {y}, not {sum}", level.name());
            }
        }
    }
}

#[test]
fn exponentials_are_right_from_end_to_end() {
    for level in Level::all() {
        let inputs: Vec<f32> = (-1050..=900).map(|i| i as f32 / 10.0).chain([f32::NAN, f32::INFINITY]).collect();
        let count = inputs.len();
        let mut floats = [inputs.clone(), vec![0.0; count]].concat();
        let args = UnaryArguments {
            op: unary::EXP,
            from: 0,
            to: (count * 4) as u32,
            size: count as i32,
            block: 100,
            low: 0.0,
            high: 0.0,
        };
        run::<Unary>(level, &mut floats, count.div_ceil(100), &args);
        for (x, y) in inputs.iter().zip(&floats[count..]) {
            let exact = f64::from(*x).exp();
            let is_right = match *x {
                x if x.is_nan() => y.is_nan(),
                x if x > 88.73 => *y == f32::INFINITY,
                x if x < -87.34 => *y == 0.0, // what would be denormal
                _ => (f64::from(*y) - exact).abs() <= 4e-7 * exact,
            };
            assert!(is_right, "{}: e^{x} = {y}", level.name());
        }
    }
}

#[test]
fn every_chunk_runs_once_whatever_the_number_of_threads() {
    unsafe fn count(job: *const (), chunk: usize, _thread: usize) {
        let counters = unsafe { &*job.cast::<[AtomicUsize; 100]>() };
        counters[chunk].fetch_add(1, Ordering::Relaxed);
    }
    for threads in [1, 2, 5] {
        let pool = Pool::new(threads);
        let counters = [const { AtomicUsize::new(0) }; 100];
        for round in 1..=50 {
            unsafe { pool.run(count, (&raw const counters).cast(), 100) }.unwrap();
            assert!(counters.iter().all(|counter| counter.load(Ordering::Relaxed) == round));
        }
    }
}

#[test]
fn a_panic_is_a_fault_of_its_job_and_no_end() {
    unsafe fn fail(_job: *const (), chunk: usize, _thread: usize) {
        assert!(chunk != 3, "as it should");
    }
    for threads in [1, 3] {
        let pool = Pool::new(threads);
        assert!(unsafe { pool.run(fail, std::ptr::null(), 8) }.is_err());
        assert!(unsafe { pool.run(fail, std::ptr::null(), 3) }.is_ok());
    }
}

/// Numbers as a job might be given by mistake or malice, most of them small sizes and addresses within the memory.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 >> 16
    }

    fn word(&mut self, bytes: u64) -> u32 {
        match self.next() % 16 {
            0 => [u32::MAX, u32::MAX - 3, 1 << 20, i32::MIN as u32, bytes as u32, 2][self.next() as usize % 6],
            1..7 => (self.next() % (bytes / 64)) as u32 * 64,
            7..12 => (self.next() % 5) as u32,
            12..14 => 4 << (self.next() % 5),
            _ => (self.next() % 70) as u32,
        }
    }
}

/// What reaches outside of the memory is found where this runs with the address sanitizer, see scripts/check-native.mjs.
#[test]
fn whatever_numbers_a_job_is_given_it_stays_within_the_memory() {
    let mut floats = vec![1.0f32; 1 << 15];
    let memory = memory(&mut floats);
    let pool = Pool::new(2);
    let mut numbers = Numbers(88172645463325252);
    for level in Level::all() {
        for &(name, run) in JOBS.iter().filter(|(name, _)| *name != "peak") {
            let mut ran = 0;
            for _ in 0..100 {
                let mut arguments = [0u8; 256];
                for word in arguments.chunks_exact_mut(4) {
                    word.copy_from_slice(&numbers.word(1 << 17).to_ne_bytes());
                }
                let chunks = numbers.next() as usize % 4;
                let setting = Setting { memory: &memory, threads: pool.threads(), chunks };
                ran += usize::from(run(&arguments, chunks, level, &setting, &pool).is_ok() && chunks > 0);
            }
            println!("{} {name}: {ran}", level.name());
        }
    }
}
