import { seededNormals } from '../forward/noise';
import type { Points } from './exact-denoiser';

const pointsOf = (count: number, place: (i: number) => readonly [x: number, y: number]): Points =>
  Float64Array.from({ length: 2 * count }, (_, i) => place(i >> 1)[i & 1] as number);

const ring = () =>
  pointsOf(96, (i) => {
    const angle = (2 * Math.PI * i) / 96;
    return [1.6 * Math.cos(angle), 1.6 * Math.sin(angle)];
  });

const moons = () =>
  pointsOf(120, (i) => {
    const angle = (Math.PI * ((i % 60) + 0.5)) / 60;
    const [x, y] = [1.25 * Math.cos(angle), 1.25 * Math.sin(angle)];
    return i < 60 ? [x - 0.62, y - 0.35] : [0.62 - x, 0.35 - y];
  });

const spiral = () =>
  pointsOf(140, (i) => {
    const share = Math.sqrt((i + 3) / 143);
    const angle = 3.6 * Math.PI * share;
    return [1.95 * share * Math.cos(angle), 1.95 * share * Math.sin(angle)];
  });

const clusters = () => {
  const spread = seededNormals(3, 2 * 60);
  return pointsOf(60, (i) => {
    const angle = (2 * Math.PI * (i % 5)) / 5 + Math.PI / 2;
    return [
      1.5 * Math.cos(angle) + 0.16 * (spread[2 * i] as number),
      1.5 * Math.sin(angle) + 0.16 * (spread[2 * i + 1] as number),
    ];
  });
};

/** Sets of points that are formulas, by name. */
export const pointSets = {
  spiral: { points: spiral },
  moons: { points: moons },
  ring: { points: ring },
  clusters: { points: clusters },
} as const satisfies Readonly<Record<string, { points: () => Points }>>;

/** What is inked: [height, width] flat, above 0.5. */
export type Ink = {
  readonly width: number;
  readonly height: number;
  readonly isInked: (x: number, y: number) => boolean;
};

/**
 * Returns at most `most` points that cover what is inked as evenly as a grid of triangles does, in pixels, y down. Of what is
 * smaller than the grid's width there may be none.
 */
export function pointsOnInk({ width, height, isInked }: Ink, most: number): [x: number, y: number][] {
  let area = 0;
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) if (isInked(x, y)) area++;
  for (let pitch = Math.max(1, Math.sqrt(area / most)); ; pitch *= 1.05) {
    const found: [number, number][] = [];
    const rise = pitch * Math.sqrt(0.75); // each point has the area pitch·rise
    for (let row = 0; row * rise < height; row++) {
      const y = row * rise;
      for (let x = row % 2 === 0 ? 0 : pitch / 2; x < width; x += pitch) {
        if (isInked(Math.floor(x), Math.floor(y))) found.push([x, y]);
      }
    }
    if (found.length <= most) return found;
  }
}

/** Returns pixels as points of the plane: the middle is 0, y is up, and the larger extent is 2·`reach`. */
export function centred(pixels: readonly (readonly [x: number, y: number])[], reach: number): Points {
  const [xs, ys] = [pixels.map(([x]) => x), pixels.map(([, y]) => y)];
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const scale = (2 * reach) / Math.max(1, right - left, bottom - top);
  return pointsOf(pixels.length, (i) => {
    const [x, y] = pixels[i] as readonly [number, number];
    return [scale * (x - (left + right) / 2), -scale * (y - (top + bottom) / 2)];
  });
}
