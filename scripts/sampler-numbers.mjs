import { noiseRatio, trainingTarget } from '@denoiser/schedules';
import { scaleLog } from 'd3-scale';

/** Numbers on samplers that need no network, and the plot of them. */

const MEANS = [-1, -0.9, -0.4, -0.1, 0.2, 0.5, 0.55, 1];
const DEVIATION = 0.05;

/** What a model predicts, exactly, of data that is an even mixture of eight Gaussians, on arrays. */
export function mixture(schedule, prediction) {
  return (x, time) => {
    const ratio = noiseRatio(schedule, time);
    const [alpha, sigma] = [1 / Math.hypot(1, ratio), ratio / Math.hypot(1, ratio)];
    const variance = (alpha * DEVIATION) ** 2 + sigma ** 2;
    const target = trainingTarget(prediction, alpha, sigma);
    return x.map((value) => {
      const logs = MEANS.map((mean) => -((value - alpha * mean) ** 2) / (2 * variance));
      const top = Math.max(...logs);
      const weights = logs.map((log) => Math.exp(log - top));
      const mean = weights.reduce((sum, w, i) => sum + w * MEANS[i], 0) / weights.reduce((a, b) => a + b);
      const distance = (value - alpha * mean) / variance;
      return target.eps * sigma * distance + target.x0 * (mean + alpha * DEVIATION ** 2 * distance);
    });
  };
}

/** The value below which a share p of standard normals lies, by bisection. */
export function normalQuantile(p) {
  let [low, high] = [-8, 8];
  while (high - low > 1e-12) {
    const middle = (low + high) / 2;
    if (normalShare(middle) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Φ by its Taylor series. */
function normalShare(x) {
  let [term, sum] = [x, x];
  for (let k = 1; Math.abs(term) > 1e-17; k++) {
    term *= (x * x) / (2 * k + 1);
    sum += term;
  }
  return 0.5 + (sum * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI);
}

/**
 * The deviation of what a plan of single steps makes when data is N(0, deviation²) and the model is perfect: then every
 * step is linear, x0 = c·x, and the variance follows step by step.
 */
export function spreadAfter(plan, deviation) {
  let variance = plan.initialScale ** 2;
  for (const { from, next } of plan.steps) {
    const c = (from.alpha * deviation ** 2) / ((from.alpha * deviation) ** 2 + from.sigma ** 2);
    variance = ((next.x ?? 0) + c * (next.x0 ?? 0)) ** 2 * variance + (next.noise ?? 0) ** 2;
  }
  return Math.sqrt(variance);
}

const WIDTH = 760;
const HEIGHT = 440;
const MARGIN = { top: 44, right: 140, bottom: 46, left: 64 };
const COLOURS = '#4c78a8 #f58518 #e45756 #72b7b2 #54a24b #b279a2 #ff9da6 #9d755d #222222 #1f77b4 #8c6d31 #7f7f7f #d62728'.split(' '); // biome-ignore format: one list

/** SVG text: distance against calls of the model, both axes logarithmic, a name at the end of each line. */
export function plot(lines, title) {
  const points = Object.values(lines).flat();
  const extent = (values) => [Math.min(...values), Math.max(...values)];
  const right = WIDTH - MARGIN.right;
  const bottom = HEIGHT - MARGIN.bottom;
  const x = scaleLog(extent(points.map(({ calls }) => calls)), [MARGIN.left, right]);
  const [low, high] = extent(points.map(({ distance }) => distance));
  const y = scaleLog([low / 1.2, high * 1.2], [bottom, MARGIN.top]);
  const names = Object.keys(lines);
  const ends = names.map((name) => ({ name, y: y(lines[name].at(-1).distance) })).sort((a, b) => a.y - b.y);
  for (let i = 1; i < ends.length; i++) ends[i].y = Math.max(ends[i].y, ends[i - 1].y + 15);
  const beyond = Math.max(0, ends.at(-1).y - (bottom + 10));
  for (let i = ends.length - 1, most = Number.POSITIVE_INFINITY; beyond > 0 && i >= 0; i--) {
    ends[i].y = Math.min(ends[i].y, most, i === ends.length - 1 ? bottom + 10 : most);
    most = ends[i].y - 15;
  }
  const colour = (name) => COLOURS[names.indexOf(name) % COLOURS.length];
  const at = (value) => value.toFixed(1);
  const ticks = (scale) => scale.ticks().filter((tick) => /^[125]/.test(tick.toExponential()));
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" font-family="sans-serif" font-size="12" fill="#444">
<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>
<text x="${MARGIN.left}" y="26" font-size="15" fill="#111">${title}</text>
${ticks(y)
  .map((tick) => `<path d="M${MARGIN.left} ${at(y(tick))}H${right}" stroke="#e6e6e6"/><text x="${MARGIN.left - 8}" y="${at(y(tick))}" dy="0.35em" text-anchor="end">${tick}</text>`) // biome-ignore format: one template
  .join('\n')}
${ticks(x)
  .map((tick) => `<text x="${at(x(tick))}" y="${bottom + 18}" text-anchor="middle">${tick}</text>`)
  .join('\n')}
<text x="${(MARGIN.left + right) / 2}" y="${HEIGHT - 10}" text-anchor="middle">calls of the network</text>
<text transform="translate(16 ${(MARGIN.top + bottom) / 2}) rotate(-90)" text-anchor="middle">root mean square distance</text>
${names
  .map((name) => `<path d="M${lines[name].map(({ calls, distance }) => `${at(x(calls))} ${at(y(distance))}`).join('L')}" fill="none" stroke="${colour(name)}" stroke-width="2"/>`) // biome-ignore format: one template
  .join('\n')}
${ends.map((end) => `<text x="${right + 8}" y="${at(end.y)}" dy="0.35em" fill="${colour(end.name)}">${end.name}</text>`).join('\n')}
</svg>`;
}
