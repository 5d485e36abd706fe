// Trains a small network on discs that are drawn here and draws new ones, step by step, in a worker.
// `?steps=1000` in the address trains for a minute, and the discs become round.
import { connectWorker } from '@denoiser/backend-web';
import { createPlan, ddim } from '@denoiser/samplers/arrays';
import { createSchedule } from '@denoiser/schedules';

const side = 16;
const steps = Number(new URLSearchParams(location.search).get('steps') ?? 20);
const status = document.querySelector('#status');
const canvas = document.querySelector('#samples');

try {
  // Written like this, with `new URL` inside, bundlers see that worker.js is a program of its own.
  const client = connectWorker(new Worker(new URL('./worker.js', import.meta.url), { type: 'module' }));
  const device = await client.start();
  console.log(`${device.name}: ${device.reason}`);

  const images = await client.openImages({ images: drawDiscs(64), size: side, channels: 1 });
  const training = client.train({
    run: `discs-${Date.now()}`,
    images: images.id,
    model: { baseWidth: 8 },
    training: { learningRate: 1e-3, ema: { startStep: Math.floor(steps / 2) } },
    steps,
    samples: null,
  });
  for await (const event of training) {
    if (event.type === 'progress') status.textContent = `Training: step ${event.step} of ${event.steps}`;
  }

  const model = await client.load(await client.download(training.run));
  const plan = createPlan({ process: createSchedule(model.schedule), solver: ddim(), steps: 10, threshold: true });
  for await (const step of client.sample({ plan, count: 16, seed: 7, send: { pixels: ['x0'] } })) {
    status.textContent = `Drawing: step ${step.index + 1} of ${step.total}`;
    showGrid(step.pixels.x0);
  }
  await client.deleteRun(training.run);
  status.textContent = `Sixteen discs, by ${device.name}.`;
} catch (error) {
  status.textContent = error.message;
  throw error;
}

/** Pictures of soft discs at different places. */
function drawDiscs(count) {
  return Array.from({ length: count }, (_, n) => {
    const image = new ImageData(side, side);
    for (let i = 0; i < side * side; i++) {
      const distance = Math.hypot((i % side) - 5 - (n % 6), Math.floor(i / side) - 5 - (n % 5));
      image.data.fill(127.5 + 127.5 * Math.tanh(4 - distance), i * 4, i * 4 + 3);
      image.data[i * 4 + 3] = 255;
    }
    return { name: `disc ${n}`, source: image };
  });
}

/** Paints pictures, RGBA one after the other, in rows of four. */
function showGrid(pixels) {
  const size = side * side * 4;
  for (let i = 0; i * size < pixels.length; i++) {
    const picture = new ImageData(pixels.slice(i * size, (i + 1) * size), side, side);
    canvas.getContext('2d').putImageData(picture, (i % 4) * side, Math.floor(i / 4) * side);
  }
}
