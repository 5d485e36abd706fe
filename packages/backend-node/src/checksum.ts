/** A cyclic redundancy check of 32 bits, by its polynomial with the bits reversed. */
function cyclicRedundancyCheck(polynomial: number): (bytes: Uint8Array) => number {
  const table = Uint32Array.from({ length: 256 }, (_, byte) => {
    let value = byte;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ polynomial : value >>> 1;
    return value;
  });
  return (bytes) => {
    let crc = 0xffffffff;
    for (let i = 0; i < bytes.length; i++) crc = table[(crc ^ bytes[i]) & 255] ^ (crc >>> 8);
    return ~crc >>> 0;
  };
}

/** CRC-32 (ISO 3309): polynomial 0x04C11DB7. */
export const crc32 = cyclicRedundancyCheck(0xedb88320);

/** CRC-32C (Castagnoli; RFC 3720, appendix B.4): polynomial 0x1EDC6F41. */
export const crc32c = cyclicRedundancyCheck(0x82f63b78);
