import type { Paint } from './picture';

type Colour = readonly [number, number, number];

const mix = (a: Colour, b: Colour, w: number): Colour => [
  a[0] + (b[0] - a[0]) * w,
  a[1] + (b[1] - a[1]) * w,
  a[2] + (b[2] - a[2]) * w,
];
const clamp = (x: number) => Math.min(1, Math.max(0, x));
const smooth = (x: number) => clamp(x) ** 2 * (3 - 2 * clamp(x));

/** Sun over three rows of hills. */
const hills: Paint = (u, v) => {
  const sky = mix([0.16, 0.24, 0.5], [0.98, 0.72, 0.5], smooth(v / 0.62));
  const sun = Math.hypot(u - 0.66, v - 0.4);
  let colour = mix([1, 0.93, 0.74], sky, smooth((sun - 0.11) / 0.02) * 0.5 + smooth((sun - 0.11) / 0.3) * 0.5);
  const rows: readonly (readonly [height: number, wave: number, phase: number, colour: Colour])[] = [
    [0.56, 5, 0.4, [0.42, 0.36, 0.55]],
    [0.68, 7, 2.1, [0.24, 0.25, 0.42]],
    [0.82, 6, 4.2, [0.1, 0.13, 0.24]],
  ];
  for (const [height, wave, phase, hill] of rows) {
    const ridge = height - 0.05 * Math.sin(wave * u + phase) - 0.03 * Math.sin(2.7 * wave * u + phase);
    if (v > ridge) colour = hill;
  }
  return colour;
};

/** A flower of eight petals. */
const flower: Paint = (u, v) => {
  const [x, y] = [u - 0.5, v - 0.5];
  const radius = Math.hypot(x, y);
  const angle = Math.atan2(y, x);
  const petal = 0.24 + 0.17 * Math.abs(Math.cos(4 * angle));
  if (radius < 0.1) return mix([0.99, 0.86, 0.35], [0.86, 0.55, 0.13], radius / 0.1);
  if (radius < petal) return mix([0.98, 0.5, 0.55], [0.76, 0.16, 0.4], smooth((radius - 0.1) / 0.3));
  return mix([0.1, 0.36, 0.31], [0.05, 0.2, 0.22], radius);
};

/** A planet with a ring before stars. */
const planet: Paint = (u, v) => {
  const [x, y] = [u - 0.5, v - 0.5];
  const tilt = 0.42;
  const along = x * Math.cos(tilt) + y * Math.sin(tilt);
  const across = (y * Math.cos(tilt) - x * Math.sin(tilt)) / 0.3;
  const ring = Math.hypot(along, across);
  const isRing = ring > 0.34 && ring < 0.47 && Math.abs(ring - 0.405) > 0.008;
  const radius = Math.hypot(x, y);
  const front = y * Math.cos(tilt) - x * Math.sin(tilt) > 0;
  if (isRing && (front || radius > 0.25)) return mix([0.95, 0.84, 0.66], [0.72, 0.56, 0.42], (ring - 0.34) / 0.13);
  if (radius < 0.25) {
    const band = 0.5 + 0.5 * Math.sin(24 * (y * Math.cos(tilt) - x * Math.sin(tilt)) + 3 * x);
    const light = clamp(0.35 + 2.2 * (0.22 - x - y) - 0.6 * radius);
    return mix([0.1, 0.08, 0.2], mix([0.9, 0.62, 0.36], [0.98, 0.85, 0.6], band), light);
  }
  const [cell, row] = [Math.floor(u * 32), Math.floor(v * 32)];
  const star = ((cell * 73856093) ^ (row * 19349663)) >>> 0;
  return star % 41 === 0 ? [0.85, 0.88, 1] : mix([0.05, 0.06, 0.16], [0.13, 0.1, 0.26], v);
};

/** The stroke of a 5, as points. */
const five: readonly Point[] = [
  [0.68, 0.22],
  [0.4, 0.22],
  [0.37, 0.46],
  ...Array.from({ length: 23 }, (_, i): Point => {
    const angle = -1.9 + 0.2 * i;
    return [0.48 + 0.19 * Math.cos(angle), 0.61 + 0.18 * Math.sin(angle)];
  }),
];

/** A white 5 on black; what the shipped model learned looks like this. */
const digit: Paint = (u, v) => {
  let nearest = 1;
  for (let i = 1; i < five.length; i++) {
    nearest = Math.min(nearest, distance(u, v, five[i - 1] as Point, five[i] as Point));
  }
  const light = 1 - smooth((nearest - 0.035) / 0.035);
  return [light, light, light];
};

type Point = readonly [number, number];

/** From a point to a line between two others. */
function distance(u: number, v: number, a: Point, b: Point): number {
  const [dx, dy] = [b[0] - a[0], b[1] - a[1]];
  const along = clamp(((u - a[0]) * dx + (v - a[1]) * dy) / (dx * dx + dy * dy));
  return Math.hypot(u - a[0] - along * dx, v - a[1] - along * dy);
}

/** A chequerboard: the finest detail goes first. */
const tiles: Paint = (u, v) => {
  const size = 4 * 2 ** Math.floor(u * 3);
  const isLight = (Math.floor(u * size) + Math.floor(v * size)) % 2 === 0;
  return isLight ? [0.97, 0.95, 0.9] : [0.14, 0.3, 0.42];
};

/** The pictures to choose from; all are formulas. */
export const drawnPictures = [
  { name: 'Hills', paint: hills },
  { name: 'Flower', paint: flower },
  { name: 'Planet', paint: planet },
  { name: 'Digit', paint: digit },
  { name: 'Tiles', paint: tiles },
] as const;
