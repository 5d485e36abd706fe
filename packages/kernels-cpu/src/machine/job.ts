/** The bytes that a job's arguments lie in, seen as each kind of number. */
export type Views = {
  readonly i32: Int32Array;
  readonly f32: Float32Array;
  readonly f64: Float64Array;
  readonly u8: Uint8Array;
};

/** A function of the assembly that threads run chunk by chunk, and how its arguments are written; see `generated/jobs.ts`. */
export type Job<Arguments> = {
  readonly name: string;
  write(views: Views, args: Arguments): void;
};
