/** How the samples of a TIFF are written, by the numbers of its SampleFormat tag. */
export const SAMPLE_FORMATS = {
  unsigned: 1,
  signed: 2,
  float: 3,
  void: 4,
  'complex-signed': 5,
  'complex-float': 6,
} as const;

export type TiffOptions = {
  readonly width: number;
  readonly height: number;
  /** The samples as they stand in the file: row by row, each row padded to whole bytes, little-endian. */
  readonly data: Uint8Array;
  readonly bits: number;
  readonly format?: keyof typeof SAMPLE_FORMATS;
  readonly samplesPerPixel?: number;
  /** 0: white is zero, 1: black is zero, 2: RGB. */
  readonly photometric?: number;
};

/** An uncompressed TIFF of one strip (TIFF 6.0), little-endian. */
export function tiffOf({
  width,
  height,
  data,
  bits,
  format,
  samplesPerPixel = 1,
  photometric = 1,
}: TiffOptions): Buffer {
  const SHORT = 3;
  const LONG = 4;
  const entries: [tag: number, type: number, value: number][] = [
    [256, LONG, width],
    [257, LONG, height],
    [258, SHORT, bits],
    [259, SHORT, 1],
    [262, SHORT, photometric],
    [273, LONG, 8],
    [277, SHORT, samplesPerPixel],
    [278, LONG, height],
    [279, LONG, data.length],
  ];
  if (format) entries.push([339, SHORT, SAMPLE_FORMATS[format]]);
  const start = 8 + data.length + (data.length % 2);
  // More than two values of two bytes do not fit into the entry: they stand after the directory.
  const after = start + 2 + 12 * entries.length + 4;
  const directory = Buffer.alloc(2 + 12 * entries.length + 4);
  directory.writeUInt16LE(entries.length);
  const lists: Buffer[] = [];
  for (const [i, [tag, type, value]] of entries.entries()) {
    const at = 2 + 12 * i;
    const perSample = tag === 258 || tag === 339 ? samplesPerPixel : 1;
    directory.writeUInt16LE(tag, at);
    directory.writeUInt16LE(type, at + 2);
    directory.writeUInt32LE(perSample, at + 4);
    if (perSample > 2) {
      directory.writeUInt32LE(after + Buffer.concat(lists).length, at + 8);
      lists.push(Buffer.from(Uint16Array.from({ length: perSample }, () => value).buffer));
    } else if (type === SHORT) {
      for (let s = 0; s < perSample; s++) directory.writeUInt16LE(value, at + 8 + 2 * s);
    } else directory.writeUInt32LE(value, at + 8);
  }
  const header = Buffer.from([0x49, 0x49, 42, 0, 0, 0, 0, 0]);
  header.writeUInt32LE(start, 4);
  return Buffer.concat([header, data, Buffer.alloc(data.length % 2), directory, ...lists]);
}
