import { shifted, sum } from '../combination';
import type { GridPoint } from '../grid';
import { boolean, checkSolverOptions } from '../option-checks';
import type { Combination, Level, PlanStep } from '../plan';
import { refuse } from '../refuse';
import type { Solver } from '../solver';
import { adamsBashforth } from './ipndm';

/**
 * Returns PNDM (Liu et al. 2022, arXiv:2202.09778, algorithm 2): a pseudo linear multistep method
 * of order 4 in the model's output, moved by DDIM's transfer. It begins with three pseudo Runge–Kutta steps, or, with
 * `plms`, with one step taken twice, as latent diffusion does. It converges with order 2.
 */
export function pndm(options: { plms?: boolean } = {}): Solver<false> {
  checkSolverOptions('pndm', options, { plms: boolean });
  const { plms = false } = options;
  return {
    name: plms ? 'plms' : 'pndm',
    order: 2,
    stochastic: false,
    kinds: ['discrete'],
    coordinates: 'schedule',
    spacing: { type: 'leading' },
    steps: ({ points, targets, atTimestep }) => {
      const { alpha, sigma, eps } = points[0] as GridPoint;
      if (sigma > 1000 * alpha && eps.x === 0) {
        refuse(
          'PNDM of epsilon cannot begin where x is noise alone; use leading spacing, a model of v or x0, or ddim.',
        );
      }
      const levelOf = (i: number): Level => targets[i] as Level;
      if (plms) return [...doubled(points, targets), ...multistep(points, levelOf, 2, 2)];
      if (points.length < 4) refuse('PNDM needs at least 4 steps; use more, or plms: true.');
      return [...rungeKutta(points, atTimestep), ...multistep(points, levelOf, 3, 3)];
    },
  };
}

/** Returns DDIM's transfer with an averaged output, turned into ε at the level it starts from. */
function transfer(from: GridPoint, to: Level, output: Combination, x: Combination): Combination {
  const { x: epsFromX = 0, output: epsFromOutput = 0 } = from.eps;
  const ratio = to.alpha / from.alpha;
  const move = to.sigma - ratio * from.sigma;
  return sum([ratio + move * epsFromX, x], [move * epsFromOutput, output]);
}

/** Returns the multistep steps from the point `first` on, of which `known` outputs are kept. */
function multistep(
  points: readonly GridPoint[],
  levelOf: (i: number) => Level,
  first: number,
  known: number,
): PlanStep[] {
  return points.slice(first).map((from, k): PlanStep => {
    const weights = adamsBashforth[Math.min(known + k, 3)] as number[];
    const output = sum(...weights.map((w, j): [number, Combination] => [w, { [j === 0 ? 'output' : `out${j}`]: 1 }]));
    const to = levelOf(first + k);
    return {
      model: from.model,
      from,
      to,
      next: transfer(from, to, output, { x: 1 }),
      keep: shifted('out', { output: 1 }, 3, known + k),
    };
  });
}

/** Returns a step to the second point, the same again with the mean of both outputs, and the second point's own. */
function doubled(points: readonly GridPoint[], targets: readonly Level[]): PlanStep[] {
  const [a, b] = points as [GridPoint, GridPoint | undefined];
  const to = targets[0] as Level;
  const first = { model: a.model, from: a, to, next: transfer(a, to, { output: 1 }, { x: 1 }) };
  if (!b) return [first];
  const mean = { output: 0.5, out1: 0.5 };
  return [
    { ...first, keep: { out1: { output: 1 }, start: { x: 1 } } },
    { model: b.model, from: b, to: b, next: transfer(a, to, mean, { start: 1 }), keep: { out1: { out1: 1 } } },
    {
      model: b.model,
      from: b,
      to: targets[1] as Level,
      next: transfer(b, targets[1] as Level, { output: 1.5, out1: -0.5 }, { x: 1 }),
      keep: shifted('out', { output: 1 }, 3, 1),
    },
  ];
}

/** Returns three pseudo Runge–Kutta steps of four evaluations; the middle is half a stride, in whole timesteps, down. */
function rungeKutta(points: readonly GridPoint[], atTimestep: (t: number) => GridPoint): PlanStep[] {
  return points.slice(0, 3).flatMap((from, i): PlanStep[] => {
    const end = points[i + 1] as GridPoint;
    const half = Math.floor((from.model.time - end.model.time) / 2);
    const middle = atTimestep(end.model.time + half);
    const down = atTimestep(from.model.time - half); // with an odd stride not quite the middle: so in the reference
    const outs = Object.fromEntries(Array.from({ length: i }, (_, k) => [`out${k + 1}`, { [`out${k + 1}`]: 1 }]));
    const held = { ...outs, start: { start: 1 }, k1: { k1: 1 } };
    const one = { output: 1 };
    return [
      {
        model: from.model,
        from,
        to: down,
        next: transfer(from, down, one, { x: 1 }),
        keep: { ...outs, start: { x: 1 }, k1: one, total: { output: 1 / 6 } },
      },
      {
        model: middle.model,
        from: middle,
        to: middle,
        next: transfer(from, middle, one, { start: 1 }),
        keep: { ...held, total: { total: 1, output: 1 / 3 } },
      },
      {
        model: middle.model,
        from: middle,
        to: end,
        next: transfer(from, end, one, { start: 1 }),
        keep: { ...held, total: { total: 1, output: 1 / 3 } },
      },
      {
        model: end.model,
        from: end,
        to: end,
        next: transfer(from, end, { total: 1, output: 1 / 6 }, { start: 1 }),
        keep: shifted('out', { k1: 1 }, 3, i),
      },
    ];
  });
}
