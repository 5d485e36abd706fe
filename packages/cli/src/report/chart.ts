import { scaleLinear, scaleLog } from 'd3-scale';
import { curveStepAfter, line } from 'd3-shape';
import { escapeHtml } from './html';

/** Charts as SVG that needs no script; colours are the page's. */

export type Point = readonly [x: number, y: number];

export interface Series {
  name: string;
  points: readonly Point[];
  kind: 'dots' | 'line' | 'stairs';
  /** Which of the page's colours; default 1. */
  tone?: Tone;
  isDashed?: boolean;
}

/** The colours that a page tells series apart by. */
export const TONES = [1, 2, 3, 4, 5, 6] as const;
export type Tone = (typeof TONES)[number];

const classesOf = ({ tone = 1, isDashed }: Pick<Series, 'tone' | 'isDashed'>): string =>
  `tone-${tone}${isDashed ? ' dashed' : ''}`;

/** Returns what the lines of a chart stand for. */
export const legend = (series: readonly Series[]): string => {
  const items = series.map(
    (one) =>
      `<li><svg viewBox="0 0 28 12" aria-hidden="true"><path class="line ${classesOf(one)}" d="M0 6H28"/></svg>${escapeHtml(one.name)}</li>`,
  );
  return `<ul class="legend">${items.join('')}</ul>`;
};

export interface ChartOptions {
  /** Names the chart within the page. */
  id: string;
  title: string;
  /** What there is to see, for those who can't. */
  description: string;
  x: { label: string; domain: readonly [number, number] };
  y: { label: string; scale: 'log' | 'linear' };
  series: readonly Series[];
  /** The series whose values the pointer reads, or all of them, each by its name; default the last. */
  read?: Series | 'all';
}

const WIDTH = 760;
const HEIGHT = 300;
const MARGIN = { top: 14, right: 16, bottom: 44, left: 92 };
const MOST = 2500;
const MOST_READ = 400;

/** Returns evenly chosen items, first and last among them. */
export function thinned<T>(items: readonly T[], most: number): T[] {
  if (items.length <= most) return [...items];
  return Array.from({ length: most }, (_, i) => items[Math.round((i * (items.length - 1)) / (most - 1))] as T);
}

export function chart({ id, title, description, x: across, y: up, series, read }: ChartOptions): string {
  const isLog = up.scale === 'log';
  const shown = series.map((one) => ({
    ...one,
    points: one.points.filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y) && (!isLog || y > 0)),
  }));
  const [low, high] = range(
    shown.flatMap(({ points }) => points.map(([, y]) => y)),
    isLog,
  );
  const right = WIDTH - MARGIN.right;
  const bottom = HEIGHT - MARGIN.bottom;
  const x = scaleLinear(across.domain, [MARGIN.left, right]);
  const y = (isLog ? scaleLog : scaleLinear)([low, high], [bottom, MARGIN.top]);
  const place = (value: number) => Number(value.toFixed(1));

  const rows = (isLog ? logTicks(low, high) : y.ticks(5)).map(
    (tick) =>
      `<path class="grid" d="M${MARGIN.left} ${place(y(tick))}H${right}"/><text x="${MARGIN.left - 8}" y="${place(y(tick))}" dy="0.35em" text-anchor="end">${readable(tick)}</text>`,
  );
  const columns = x
    .ticks(8)
    .filter(Number.isInteger)
    .map(
      (tick) =>
        `<path class="axis" d="M${place(x(tick))} ${bottom}v5"/><text x="${place(x(tick))}" y="${bottom + 18}" text-anchor="middle">${compact.format(tick)}</text>`,
    );
  const marks = shown.map(({ points, kind, ...look }) => {
    const few = thinned(points, MOST);
    if (kind === 'dots') {
      const dots = few.map((point) => `M${place(x(point[0]))} ${place(y(point[1]))}h0`).join('');
      return `<path class="dots ${classesOf(look)}" d="${dots}"/>`;
    }
    const path = line<Point>()
      .x((point) => place(x(point[0])))
      .y((point) => place(y(point[1])));
    if (kind === 'stairs') path.curve(curveStepAfter);
    return `<path class="line ${classesOf(look)}" d="${path(few) ?? ''}"/>`;
  });

  const isNamed = read === 'all';
  const chosen = isNamed ? series : [read ?? (series.at(-1) as Series)];
  const readout = chosen.flatMap((one) => {
    const points = shown[series.indexOf(one)]?.points ?? [];
    const name = isNamed ? `${one.name}, ` : '';
    return thinned(points, Math.floor(MOST_READ / chosen.length)).map((point) => [
      place(x(point[0])),
      place(y(point[1])),
      `${name}${across.label} ${readable(point[0])}: ${readable(point[1])}`,
    ]);
  });
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-labelledby="${id}-title ${id}-description" data-readout="${escapeHtml(JSON.stringify(readout))}"${isNamed ? ' data-many' : ''}>
<title id="${id}-title">${escapeHtml(title)}</title>
<desc id="${id}-description">${escapeHtml(description)}</desc>
${[...rows, ...columns].join('\n')}
<path class="axis" d="M${MARGIN.left} ${MARGIN.top}V${bottom}H${right}"/>
<text x="${(MARGIN.left + right) / 2}" y="${HEIGHT - 8}" text-anchor="middle">${escapeHtml(across.label)}</text>
<text transform="translate(16 ${(MARGIN.top + bottom) / 2}) rotate(-90)" text-anchor="middle">${escapeHtml(up.label)}</text>
${marks.join('\n')}
</svg>`;
}

const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });

/** Formats a number with three digits, without a needless exponent. */
export function readable(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e6) return value.toLocaleString('en');
  const short = Number(value.toPrecision(3));
  return Math.abs(short) >= 1e-3 ? String(short) : short.toExponential().replace('-', '−');
}

function range(values: readonly number[], isLog: boolean): [low: number, high: number] {
  if (values.length === 0) return isLog ? [0.01, 1] : [0, 1];
  const low = values.reduce((a, b) => Math.min(a, b));
  const high = values.reduce((a, b) => Math.max(a, b));
  if (isLog) return [low / 1.15, high * 1.15];
  return [Math.min(0, low), high > 0 ? high * 1.08 : 1];
}

function logTicks(low: number, high: number): number[] {
  const ticks = (digits: readonly number[]) => {
    const all: number[] = [];
    for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power += 1) {
      for (const digit of digits) all.push(Number(`${digit}e${power}`));
    }
    return all.filter((tick) => tick >= low && tick <= high);
  };
  const candidates = [[1], [1, 3], [1, 2, 5], [1, 1.5, 2, 3, 4, 5, 6, 7, 8, 9]].map(ticks);
  const enough = candidates.find(({ length }) => length >= 3);
  return enough ?? [low, Math.sqrt(low * high), high].map((tick) => Number(tick.toPrecision(3)));
}
