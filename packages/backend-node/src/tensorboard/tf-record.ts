import { crc32c } from '../checksum';

/**
 * One record in TensorFlow's TFRecord framing: length (uint64, little-endian), its masked CRC-32C, the data, its masked
 * CRC-32C.
 */
export function frame(data: Uint8Array): Uint8Array {
  const record = new Uint8Array(8 + 4 + data.length + 4);
  const view = new DataView(record.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, masked(record.subarray(0, 8)), true);
  record.set(data, 12);
  view.setUint32(12 + data.length, masked(data), true);
  return record;
}

/** The sum of data that may itself hold sums: rotated right by 15 bits, plus a constant. */
export function masked(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}
