import { type ScaleLinear, type ScaleLogarithmic, scaleLinear, scaleLog } from 'd3-scale';
import { line } from 'd3-shape';

/** The loss curve as an SVG: each step a faint dot, a smoothed line over them, the loss on a logarithmic axis. */

const WIDTH = 800;
const HEIGHT = 420;
const MARGIN = { top: 44, right: 24, bottom: 52, left: 68 };
const DOTS = 3000;

type Point = { step: number; loss: number };

/** Returns the geometric mean of the `span` steps around each, fewer towards the ends: exact where the loss falls evenly. */
export function smooth(points: readonly Point[], span: number): Point[] {
  const sums = [0];
  for (const { loss } of points) sums.push((sums.at(-1) as number) + Math.log(loss));
  return points.map(({ step }, i) => {
    const half = Math.floor(span / 2);
    // Alike on both sides, so as not to lag; but a single point at the end would stick out.
    const reach = Math.min(half, Math.max(i, half >> 1), Math.max(points.length - 1 - i, half >> 1));
    const [first, end] = [Math.max(0, i - reach), Math.min(points.length, i + reach + 1)];
    return { step, loss: Math.exp(((sums[end] as number) - (sums[first] as number)) / (end - first)) };
  });
}

const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });
const escapeXml = (text: string): string => text.replace(/[<>&"]/g, (c) => `&#${c.charCodeAt(0)};`);

function logTicks(low: number, high: number): number[] {
  const ticks: number[] = [];
  for (let exponent = Math.floor(Math.log10(low)); exponent <= Math.ceil(Math.log10(high)); exponent += 1) {
    for (const digit of [1, 2, 5]) ticks.push(Number(`${digit}e${exponent}`));
  }
  return ticks.filter((tick) => tick >= low && tick <= high);
}

const thinned = (points: readonly Point[], most: number): Point[] => {
  const stride = Math.max(1, Math.ceil(points.length / most));
  return points.filter((_, i) => i % stride === 0 || i === points.length - 1);
};

/** Draws the curve of `history` as SVG; steps whose loss is not a positive number are left out. */
export function lossCurve(history: readonly Point[], title: string): string {
  const points = history.filter(({ loss }) => Number.isFinite(loss) && loss > 0);
  const span = Math.min(1000, Math.round(points.length / 10));
  const smoothed = smooth(points, span);
  const losses = points.map(({ loss }) => loss);
  const lowest = losses.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const highest = losses.reduce((a, b) => Math.max(a, b), 0);
  const [low, high] = points.length > 0 ? [lowest / 1.1, highest * 1.1] : [0.01, 1];
  const x = scaleLinear([0, Math.max(1, points.at(-1)?.step ?? 1)], [MARGIN.left, WIDTH - MARGIN.right]);
  const y = scaleLog([low, high], [HEIGHT - MARGIN.bottom, MARGIN.top]);
  const at = (value: number, scale: ScaleLinear<number, number> | ScaleLogarithmic<number, number>) =>
    Number(scale(value).toFixed(1));

  const dots = thinned(points, DOTS)
    .map(({ step, loss }) => `M${at(step, x)} ${at(loss, y)}h0`)
    .join('');
  const path = line<Point>()
    .x(({ step }) => at(step, x))
    .y(({ loss }) => at(loss, y));
  const recent = points.slice(-Math.max(1, span));
  const recentMean = recent.reduce((sum, { loss }) => sum + loss, 0) / recent.length;
  const right = WIDTH - MARGIN.right;
  const bottom = HEIGHT - MARGIN.bottom;
  const ticks = logTicks(low, high);
  const yTicks = ticks.length >= 2 ? ticks : y.ticks(3);

  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="system-ui, sans-serif" font-size="12" fill="#444">
<title>${escapeXml(title)}</title>
<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>
<text x="${MARGIN.left}" y="26" font-size="15" fill="#111">${escapeXml(title)}</text>
${yTicks
  .map(
    (tick) =>
      `<path d="M${MARGIN.left} ${at(tick, y)}H${right}" stroke="#e6e6e6"/><text x="${MARGIN.left - 8}" y="${at(tick, y)}" dy="0.35em" text-anchor="end">${Number(tick.toPrecision(3))}</text>`,
  )
  .join('\n')}
${x
  .ticks(8)
  .filter(Number.isInteger)
  .map(
    (tick) =>
      `<path d="M${at(tick, x)} ${bottom}v5" stroke="#888"/><text x="${at(tick, x)}" y="${bottom + 20}" text-anchor="middle">${compact.format(tick)}</text>`,
  )
  .join('\n')}
<path d="M${MARGIN.left} ${MARGIN.top}V${bottom}H${right}" fill="none" stroke="#888"/>
<text x="${(MARGIN.left + right) / 2}" y="${HEIGHT - 12}" text-anchor="middle">step</text>
<text transform="translate(18 ${(MARGIN.top + bottom) / 2}) rotate(-90)" text-anchor="middle">loss (mean squared error)</text>
<path class="steps" d="${dots}" stroke="#4c78a8" stroke-opacity="0.28" stroke-width="3" stroke-linecap="round"/>
<path class="smoothed" d="${path(thinned(smoothed, DOTS)) ?? ''}" fill="none" stroke="#1f4e79" stroke-width="2" stroke-linejoin="round"/>
${points.length > 0 ? `<text x="${right}" y="26" text-anchor="end">step ${points.at(-1)?.step}, mean of the last ${recent.length}: ${recentMean.toPrecision(3)}</text>` : ''}
</svg>
`;
}
