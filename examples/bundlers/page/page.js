// Trains a small network on discs that are drawn here and draws new ones, step by step, in a worker.
// `?steps=1000` in the address trains for a minute, and the discs become round.
import { drawImages, openModel, start, train } from '@denoiser/backend-web';

const side = 16;
const steps = Number(new URLSearchParams(location.search).get('steps') ?? 20);
const status = document.querySelector('#status');
const canvas = document.querySelector('#samples');

try {
  const { name: device } = await start();
  const { run } = await train({
    images: drawDiscs(64),
    size: side,
    channels: 1,
    model: { baseWidth: 8 },
    training: { learningRate: 1e-3, ema: { startStep: Math.floor(steps / 2) } },
    steps,
    samples: null,
    onStep({ step }) {
      status.textContent = `Training: step ${step} of ${steps}`;
    },
  });
  const model = await openModel({ run });
  for await (const step of drawImages(model, { count: 16, sampler: 'ddim', steps: 10, seed: 7 })) {
    status.textContent = `Drawing: step ${step.done} of ${step.total}`;
    step.draw(canvas);
  }
  status.textContent = `Sixteen discs, by ${device}.`;
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
    return image;
  });
}
