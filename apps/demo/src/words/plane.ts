import { page } from './page';

/** What the fourth tab says. */
export const plane = {
  title: 'The whole thing on a plane',
  intro:
    'A picture of two pixels is a point on a plane, and there the best possible denoiser is a formula instead of a network. So you can watch diffusion itself: noise finds its way to your points, live, with nothing trained and nothing downloaded.',
  controls: 'Points and sampler',
  set: 'Your points',
  sets: {
    spiral: 'Spiral',
    moons: 'Two moons',
    ring: 'Ring',
    clusters: 'Clusters',
    text: 'A word',
    drawing: 'Draw your own',
  },
  word: 'Word',
  wordHint: 'Up to eight letters. The particles will spell it.',
  pad: 'Your drawing',
  padHint: 'Draw with a mouse, a finger or the arrow keys. The particles start again after every stroke.',
  clear: 'Clear the drawing',
  schedule: 'Schedule',
  steps: 'Steps',
  stepsHint: 'With a handful of steps the solvers disagree; with many they end up where the mathematics says.',
  seed: 'Noise seed',
  newNoise: 'New noise',
  arrows: 'Arrows of the score',
  arrowsHint: 'Each arrow points to where points are more likely at this level of noise.',
  paths: 'Paths',
  pathsHint: 'The whole path of every sixteenth particle.',
  first: 'First solver',
  second: 'Second solver',
  time: 't, from noise to data',
  timeText: (t: number) => `${t} of 1000`,
  noPoints: 'Draw something first; without points there is nothing to find.',
  panel: (solver: string, steps: number, particles: number, t: number) =>
    `${solver}, ${page.steps(steps)}: ${particles} particles on their way from noise to the points, at t = ${t}`,
  ends: (solver: string, distance: string) => `${solver} ends ${distance} from the nearest point on average`,
  computing: (solver: string) => `${solver} …`,
  key: 'Grey dots are your points, arrows the score at this t, coloured dots the particles. A particle’s colour shows the direction in which it started.',
  whatTitle: 'What is computed',
  what: 'If every point of the set is equally likely, the best guess at the clean point x₀ behind a noisy x is the average of all points, each weighted by how likely it is to have become x. The arrows are the score, which points from x to that guess.',
  whySamplers:
    'Both solvers start from the same noise and ask this formula once or twice per step. DDIM adds no noise: neighbours stay neighbours, so the colours keep their order. DDPM adds fresh noise at every step, and the colours mix.',
  networks:
    'A network learns the same function from examples. Learned exactly, it could only ever return what it was shown; that it does not quite succeed is why it draws pictures nobody has seen.',
  tryTitle: 'Worth a try',
  tries: {
    order: {
      name: 'Colours that keep their order',
      about: 'DDPM beside DDIM over 100 steps: both reach the points, but only DDIM maps neighbours to neighbours.',
    },
    five: {
      name: 'Only five steps',
      about: 'DDIM beside DPM-Solver++: with the same five calls, one of them is much closer.',
    },
    one: {
      name: 'A single step',
      about: 'From pure noise, the best guess is the average of everything. That is why one step draws a blur.',
    },
  },
  next: 'Back to real pictures',
} as const;
