import type { Points } from './exact-denoiser';
import { arrowPitch, arrowPlaces, REACH } from './state';
import { positionsAt, type Trajectory } from './trajectory';

const HUES = 24;
/** Every so many-th particle shows its whole path. */
const FOLLOWED = 16;
/** How far a tail goes back, in t. */
const TAIL = 45;

export type Scene = {
  readonly data: Points;
  readonly t: number;
  readonly trajectory: Trajectory | undefined;
  readonly arrows: Float64Array | undefined;
  readonly hasPaths: boolean;
  readonly isDark: boolean;
};

/** Paints the plane, `side` CSS pixels wide. */
export function paintPlane(context: CanvasRenderingContext2D, side: number, scene: Scene): void {
  const { data, t, trajectory, arrows, hasPaths, isDark } = scene;
  const scale = side / (2 * REACH);
  const toX = (x: number) => (x + REACH) * scale;
  const toY = (y: number) => (REACH - y) * scale;
  context.clearRect(0, 0, side, side);
  context.lineCap = 'round';
  context.lineJoin = 'round';
  if (arrows) paintArrows(context, arrows, { scale, toX, toY, isDark });

  context.fillStyle = isDark ? 'rgb(255 255 255 / 0.5)' : 'rgb(30 29 27 / 0.42)';
  context.beginPath();
  for (let i = 0; i < data.length; i += 2) {
    const [x, y] = [toX(data[i] as number), toY(data[i + 1] as number)];
    context.moveTo(x + 1.6, y);
    context.arc(x, y, 1.6, 0, 2 * Math.PI);
  }
  context.fill();
  if (!trajectory?.[0]) return;

  const start = trajectory[0].x;
  const now = positionsAt(trajectory, t);
  const passed = trajectory.filter((stop) => stop.t > t);
  const tail = [
    positionsAt(trajectory, Math.min(t + TAIL, trajectory[0].t)),
    ...passed.filter((stop) => stop.t < t + TAIL).map(({ x }) => x),
    now,
  ];
  const way = hasPaths ? [...passed.map(({ x }) => x), now] : [];
  const groups: number[][] = Array.from({ length: HUES }, () => []);
  for (let i = 0; i < start.length; i += 2) groups[hueOf(start[i] as number, start[i + 1] as number)]?.push(i);
  const radius = Math.max(1.7, side / 190);
  const follow = (stops: readonly Float64Array[], i: number) => {
    for (const [k, x] of stops.entries()) {
      if (k === 0) context.moveTo(toX(x[i] as number), toY(x[i + 1] as number));
      else context.lineTo(toX(x[i] as number), toY(x[i + 1] as number));
    }
  };
  for (const [hue, members] of groups.entries()) {
    const colour = (alpha: number) =>
      `oklch(${isDark ? 0.78 : 0.58} ${isDark ? 0.14 : 0.19} ${(360 * (hue + 0.5)) / HUES} / ${alpha})`;
    if (hasPaths) {
      context.strokeStyle = colour(0.36);
      context.lineWidth = 1;
      context.beginPath();
      for (const i of members) if ((i / 2) % FOLLOWED === 0) follow(way, i);
      context.stroke();
    }
    context.strokeStyle = colour(0.35);
    context.lineWidth = radius;
    context.beginPath();
    for (const i of members) follow(tail, i);
    context.stroke();
    context.fillStyle = colour(1);
    context.beginPath();
    for (const i of members) {
      const [x, y] = [toX(now[i] as number), toY(now[i + 1] as number)];
      context.moveTo(x + radius, y);
      context.arc(x, y, radius, 0, 2 * Math.PI);
    }
    context.fill();
  }
}

const hueOf = (x: number, y: number) => Math.floor((HUES * (Math.atan2(y, x) + Math.PI)) / (2 * Math.PI)) % HUES;

function paintArrows(
  context: CanvasRenderingContext2D,
  arrows: Float64Array,
  {
    scale,
    toX,
    toY,
    isDark,
  }: { scale: number; toX: (x: number) => number; toY: (y: number) => number; isDark: boolean },
): void {
  context.strokeStyle = isDark ? 'rgb(170 179 255 / 0.3)' : 'rgb(63 75 184 / 0.34)';
  context.lineWidth = 1.1;
  context.beginPath();
  for (let i = 0; i < arrows.length; i += 2) {
    const [dx, dy] = [arrows[i] as number, -(arrows[i + 1] as number)];
    const length = Math.hypot(dx, dy);
    if (length < 1e-6) continue;
    // Longer ones grow ever less, so that they stay within their cell.
    const size = (0.92 * arrowPitch * scale * Math.tanh(length / 1.5)) / length;
    const [x, y] = [
      toX(arrowPlaces[i] as number) - (dx * size) / 2,
      toY(arrowPlaces[i + 1] as number) - (dy * size) / 2,
    ];
    const [endX, endY] = [x + dx * size, y + dy * size];
    context.moveTo(x, y);
    context.lineTo(endX, endY);
    const head = 0.3 * size;
    context.moveTo(endX - head * (dx + 0.55 * dy), endY - head * (dy - 0.55 * dx));
    context.lineTo(endX, endY);
    context.lineTo(endX - head * (dx - 0.55 * dy), endY - head * (dy + 0.55 * dx));
  }
  context.stroke();
}
