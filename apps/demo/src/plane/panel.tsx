import { useComputed, useSignal, useSignalEffect } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { Select } from '../ui/fields';
import { plane as text } from '../words/plane';
import { paintPlane } from './paint';
import { planeSolvers } from './solvers';
import { arrows, data, hasArrows, hasPaths, PARTICLES, runs, schedule, seed, solvers, steps, t } from './state';
import { followParticles, meanDistance, positionsAt } from './trajectory';

/** Milliseconds. */
const SHOWN_EVERY = 120;

/** One solver on its way. */
export function Panel({ which }: { which: 0 | 1 }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const side = useSignal(0);
  const isDark = useSignal(false);
  const solver = solvers[which];
  const run = runs[which];

  // Whatever decides the way begins it anew.
  useSignalEffect(() => {
    const way = {
      data: data.value,
      schedule: schedule.value,
      sampler: solver.value,
      steps: steps.value,
      seed: seed.value,
      particles: PARTICLES,
    };
    run.value = undefined;
    if (way.data.length === 0) return;
    const controller = new AbortController();
    void (async () => {
      try {
        let shown = performance.now();
        for await (const trajectory of followParticles(way, controller.signal)) {
          const isDone = trajectory.at(-1)?.t === 0;
          if (!isDone && performance.now() - shown < SHOWN_EVERY) continue; // to show it takes longer than a step
          shown = performance.now();
          run.value = { trajectory: [...trajectory], isDone };
        }
      } catch (error) {
        if (!controller.signal.aborted) throw error;
      }
    })();
    return () => controller.abort();
  });

  useEffect(() => {
    const element = canvas.current as HTMLCanvasElement;
    const observer = new ResizeObserver(([entry]) => {
      side.value = entry?.contentRect.width ?? 0;
    });
    observer.observe(element);
    const night = matchMedia('(prefers-color-scheme: dark)');
    const follow = () => {
      isDark.value = night.matches;
    };
    follow();
    night.addEventListener('change', follow);
    return () => {
      observer.disconnect();
      night.removeEventListener('change', follow);
    };
  }, []);

  // Once a frame at most, however much changes.
  useSignalEffect(() => {
    const scene = {
      data: data.value,
      t: t.value,
      trajectory: run.value?.trajectory,
      arrows: hasArrows.value ? arrows.value : undefined,
      hasPaths: hasPaths.value,
      isDark: isDark.value,
    };
    const size = side.value;
    const frame = requestAnimationFrame(() => {
      const element = canvas.current;
      const context = element?.getContext('2d');
      if (!element || !context || size === 0) return;
      const ratio = Math.min(2, devicePixelRatio);
      const pixels = Math.round(size * ratio);
      if (element.width !== pixels) Object.assign(element, { width: pixels, height: pixels });
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      paintPlane(context, size, scene);
    });
    return () => cancelAnimationFrame(frame);
  });

  const distance = useComputed(() => {
    if (!run.value?.isDone) return undefined;
    return meanDistance(positionsAt(run.value.trajectory, 0), data.value);
  });
  const name = planeSolvers.find(({ value }) => value === solver.value)?.name ?? '';
  const label = text.panel(name, steps.value, PARTICLES, Math.round(t.value));
  return (
    <div class="stack plane-panel">
      <Select label={which === 0 ? text.first : text.second} signal={solver} options={planeSolvers} />
      <canvas ref={canvas} class="plane" role="img" aria-label={label} />
      <p class="hint">
        {distance.value === undefined ? text.computing(name) : text.ends(name, distance.value.toFixed(3))}
      </p>
    </div>
  );
}
