import { createPlan, ddim } from '@denoiser/samplers/arrays';
import { createSchedule } from '@denoiser/schedules';
import type { TrainingEvent } from '../../src/index';
import * as backend from '../../src/index';

/** What the tests ask of the page. */
const web = {
  ...backend,
  plan: createPlan({
    process: createSchedule({ type: 'linear', steps: 1000 }),
    solver: ddim(),
    steps: 3,
    threshold: true,
  }),

  connect(program: 'worker' | 'small-worker' = 'worker') {
    const worker = new Worker(`${program}.js`, { type: 'module' });
    return { worker, client: backend.connectWorker(worker) };
  },

  /** Files of pictures in one colour each, of two classes. */
  async colours(count: number, size = 40): Promise<backend.TrainingImage[]> {
    return Promise.all(
      Array.from({ length: count }, async (_, i) => {
        const canvas = new OffscreenCanvas(size, size);
        const context = canvas.getContext('2d') as OffscreenCanvasRenderingContext2D;
        context.fillStyle = i % 2 ? `rgb(${200 + i} 20 30)` : `rgb(20 30 ${200 + i})`;
        context.fillRect(0, 0, size, size);
        return { name: `${i}.png`, source: await canvas.convertToBlob(), className: i % 2 ? 'red' : 'blue' };
      }),
    );
  },

  /** The events of a training without their pictures, until it ends. */
  async follow(session: backend.Training, onEvent: (event: TrainingEvent) => void = () => {}) {
    const events: TrainingEvent[] = [];
    for await (const event of session) {
      events.push(event.type === 'samples' ? { ...event, pixels: new Uint8ClampedArray() } : event);
      onEvent(event);
    }
    return events;
  },

  /** RGBA of what the first canvas of the page shows. */
  async shown(): Promise<{ width: number; rgba: number[] }> {
    const bitmap = await createImageBitmap(document.querySelector('canvas') as HTMLCanvasElement);
    const { width, height } = bitmap;
    const context = new OffscreenCanvas(width, height).getContext('2d') as OffscreenCanvasRenderingContext2D;
    context.drawImage(bitmap, 0, 0);
    return { width, rgba: [...context.getImageData(0, 0, width, height).data] };
  },

  /** Tasks of the page's thread of more than 50 ms, since it was loaded. */
  longTasks: [] as number[],
};
new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) web.longTasks.push(duration);
}).observe({ type: 'longtask' });

export type Web = typeof web;
Object.assign(globalThis, { web });
