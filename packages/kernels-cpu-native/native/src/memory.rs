//! The memory that JavaScript and the kernels share. Addresses and sizes come from JavaScript's numbers: pointers are made here only,
//! and only of what lies inside.

use std::fmt;

/// Why arguments were refused, or what went wrong in a job.
#[derive(Debug)]
pub struct Fault(pub String);

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

pub fn fault<T>(what: impl Into<String>) -> Result<T, Fault> {
    Err(Fault(what.into()))
}

/// Bytes at a fixed place, of which an address is the offset of one.
pub struct Memory {
    base: *mut u8,
    bytes: usize,
}

impl Memory {
    /// # Safety
    /// `bytes` bytes from `base` on are readable and writable as long as the result is used; `base` is aligned to 64 bytes.
    pub unsafe fn new(base: *mut u8, bytes: usize) -> Memory {
        Memory { base, bytes }
    }

    /// The place of `count` values of 4 bytes; one is as good as any for none.
    fn words(&self, address: u32, count: usize) -> Result<*mut u8, Fault> {
        let start = address as usize;
        let end = count.checked_mul(4).and_then(|bytes| start.checked_add(bytes));
        if !start.is_multiple_of(4) || end.is_none_or(|end| end > self.bytes) {
            return fault(format!("{count} values at {address} do not lie in the memory of {} bytes", self.bytes));
        }
        // SAFETY: start ≤ bytes.
        Ok(unsafe { self.base.add(start) })
    }

    pub fn floats(&self, address: u32, count: usize) -> Result<*mut f32, Fault> {
        Ok(self.words(address, count)?.cast())
    }

    /// Floats, or a null pointer for address 0.
    pub fn optional(&self, address: u32, count: usize) -> Result<*mut f32, Fault> {
        if address == 0 { Ok(std::ptr::null_mut()) } else { self.floats(address, count) }
    }

    pub fn integers(&self, address: u32, count: usize) -> Result<*mut i32, Fault> {
        Ok(self.words(address, count)?.cast())
    }

    pub fn bytes(&self, address: u32, count: usize) -> Result<*mut u8, Fault> {
        if (address as usize).checked_add(count).is_none_or(|end| end > self.bytes) {
            return fault(format!("{count} bytes at {address} do not lie in the memory of {} bytes", self.bytes));
        }
        // SAFETY: as in `words`.
        Ok(unsafe { self.base.add(address as usize) })
    }
}

/// A size: not negative.
pub fn size(value: i32) -> Result<usize, Fault> {
    match usize::try_from(value) {
        Ok(size) => Ok(size),
        Err(_) => fault(format!("a size of {value}")),
    }
}

/// A size that something is divided by.
pub fn positive(value: i32) -> Result<usize, Fault> {
    match size(value)? {
        0 => fault("a size of 0"),
        size => Ok(size),
    }
}

/// The product of sizes.
pub fn area(sizes: &[usize]) -> Result<usize, Fault> {
    match sizes.iter().try_fold(1usize, |all, &one| all.checked_mul(one)) {
        Some(all) if all < 1 << 40 => Ok(all),
        _ => fault(format!("{sizes:?} are too many values")),
    }
}

/// A distance in values, given in bytes.
pub fn step(bytes: u32) -> Result<usize, Fault> {
    if bytes.is_multiple_of(4) { Ok(bytes as usize / 4) } else { fault(format!("a distance of {bytes} bytes")) }
}

/// Values from the first to the last of a grid of (size, distance), both included.
pub fn extent(axes: &[(usize, usize)]) -> Result<usize, Fault> {
    if axes.iter().any(|&(size, _)| size == 0) {
        return Ok(0);
    }
    let last =
        axes.iter().try_fold(0usize, |sum, &(size, distance)| sum.checked_add((size - 1).checked_mul(distance)?));
    match last {
        Some(last) if last < 1 << 40 => Ok(last + 1),
        _ => fault(format!("{axes:?} reach too far")),
    }
}

pub fn check(holds: bool, what: &str) -> Result<(), Fault> {
    if holds { Ok(()) } else { fault(what) }
}
