import { page } from './page';

const { options } = page;
const picturesOf = (count: number) => `${count} ${count === 1 ? 'picture' : 'pictures'}`;

/** What the second tab says. */
export const sample = {
  title: 'Pictures come out',
  intro:
    'A network was trained to tell picture and noise apart. Give it pure noise, take away a little of what it calls noise, and ask again. At every step it also has a guess at the finished picture, x̂₀; watch how early that guess is right.',
  next: 'Next: teach it your own pictures',
  controls: 'Sampling',
  stepOf: (step: number, all: number) => `${step} of ${all}`,
  noClass: 'no class',

  // The model
  model: 'Model',
  models: {
    label: 'Models',
    glyphs: {
      title: 'Letters and figures',
      draws: 'Draws letters and figures of typefaces that never existed; a word comes out in one style.',
      back: 'Back to the letters',
    },
    digits: {
      title: 'Handwritten digits',
      draws: 'Draws digits in handwriting that nobody ever wrote.',
      back: 'Back to the digits',
    },
    emoji: {
      title: 'Emoji',
      draws: 'Draws faces in the manner of emoji, in colour.',
      back: 'Back to the emoji',
    },
  },
  noModel: 'No model',
  notLoaded: 'No model is loaded.',
  yourModel: 'Your model',
  anotherModel: 'Another model',
  openFile: 'Open a model file…',
  openHint:
    'or drop it here: a .safetensors file from the command or from the next tab, a .pt or .ckpt file from PyTorch, or a folder from diffusers. It stays on this device.',
  facts: (size: string, isGrey: boolean, classes: number, parameters: string, schedule: string) =>
    [
      `${size} ${isGrey ? 'grey' : 'colour'}`,
      classes > 0 ? `${classes} ${classes === 1 ? 'class' : 'classes'}` : 'no classes',
      `${parameters} parameters`,
      `schedule ${schedule}`,
    ].join(', '),
  trained: {
    title: 'How it was trained',
    about: 'Read from the file where the file says so. If only noise comes out, set what you know.',
    schedule: options.process,
    prediction: 'The network predicts',
    predictions: { epsilon: 'ε, the noise', x0: 'x₀, the picture', v: 'v, a mix of both' },
    size: options.imageSize,
  },
  startingDevice: page.device.starting,
  loadingNetwork: 'Loading the network …',
  fetchingModel: 'Fetching the model …',
  notFetched: (why: string) =>
    `The model could not be fetched${why ? ` (${why})` : ''}. Check your connection and try again, or open a model file of your own.`,
  serverSays: (status: number) => `the server says ${status}`,
  pageInstead: 'the server sent a web page instead',

  // What is drawn
  draw: 'Draw pictures',
  word: 'Type a word',
  wordHint: 'The model draws each letter, all of them in one style.',
  noLetters: 'The model knows A to Z, a to z and 0 to 9; type some of those.',
  class: options.classes,
  eachInTurn: 'Each in turn',
  noClassChoice: 'No class',
  seed: 'Seed',
  newSeed: 'New seed',
  newStyle: 'New style',
  count: options.count,
  solver: options.sampler,
  steps: 'Steps',
  stepsHint: (all: number) =>
    `Out of the ${all} the network was trained on. More steps take longer and, up to a point, look better.`,
  variance: options.variance,
  variances: { posterior: 'β̃, posterior', beta: 'β' },
  varianceHint: {
    posterior:
      'β̃ is the variance that a step back has when the picture is known. It is less noise, and clean with few steps.',
    beta: 'β is as much noise as the step forward added, which is right if you take all the steps. With few of them some grain is left; try 20 and compare.',
  },
  guidance: 'Guidance',
  guidanceHint:
    'Asks the network twice, with the class and without, and goes further in the direction of the difference. 1 means no guidance; high values give clear pictures that all look alike.',

  // The pictures
  pictures: 'Pictures',
  noPicturesYet: 'Pictures appear here as soon as a model is loaded.',
  firstStep: 'The first step is under way …',
  pressDraw: 'Press “Draw pictures”.',
  progress: 'Sampling',
  stepAt: (step: number, all: number, t: number) => `Step ${step} of ${all}, t = ${t}`,
  doneSteps: (steps: number, all: number) =>
    `${steps} of ${all} steps. Choose a picture to replay it or to paint over it.`,
  holds: 'xₜ, what the sampler has so far',
  believes: 'x̂₀, the network’s guess at the finished picture',
  pictureName: (place: number, caption: string) => `Picture ${place}, ${caption}`,
  pictureSoFar: (place: number, caption: string) => `Picture ${place}, ${caption}, as the sampler has it`,
  took: (count: number, isWord: boolean, steps: number, seconds: string, first: string, isOnGpu: boolean) =>
    `${isWord ? `${count} ${count === 1 ? 'letter' : 'letters'}` : picturesOf(count)}, ${page.steps(steps)}, ${seconds} s, the first one seen after ${first} s, on your ${isOnGpu ? 'GPU' : 'CPU'}`,
  begun: 'Drawing has begun.',
  stopped: 'Stopped.',
  done: (what: string) => `Done: ${what}.`,
  saveAll: 'Save all as PNG',
  animateAll: 'Save all as animation',
  savePicture: 'Save picture as PNG',
  animatePicture: 'Save picture as animation',
  making: (share: number) => `Making it, ${Math.round(100 * share)}%`,
  encoderMissing: 'The part that makes animations could not be fetched. Check your connection and try again.',
  notMade: (reason: string) =>
    `The animation could not be made (${reason}). Try again with fewer pictures or fewer steps.`,

  // One picture
  replay: {
    title: (picture: string) => `${picture}, step by step`,
    picture: (place: number, caption: string) => `Picture ${place} (${caption})`,
    at: (picture: string, step: string) => `${picture} as it is at step ${step}`,
    guess: (step: string) => `The network’s guess at step ${step}`,
    step: (step: number, all: number, t: number) => `${step} of ${all}, t = ${t}`,
    play: 'Replay',
    stop: 'Stop replay',
    slider: 'Replay step',
  },
  reverse: {
    title: 'This step, as an equation',
    first: 'The first step starts from pure noise. Move the slider on to see a step as an equation.',
    other:
      'This solver combines more than these pictures. Draw with DDPM, DDIM or DPM-Solver++ 2M to see its steps as equations.',
    after: (step: string) => `What the sampler has after step ${step}`,
    captions: {
      after: 'the next x',
      x0: 'the guess',
      before: 'the guess before',
      x: 'what it had',
      noise: 'fresh noise',
    },
    share: {
      x0: 'Share of the guess',
      before: 'Share of the guess before',
      x: 'Share of what it had',
      noise: 'Share of the fresh noise',
    },
  },
  compare: {
    title: 'Two settings, one seed',
    how: 'Keep these pictures, change the solver, the steps or the noise of a step, and draw again: both will stand side by side. Try β against β̃ with 20 steps.',
    same: 'If the seed is the same, both started from the same noise.',
    keep: 'Keep these to compare',
    forget: 'Forget the kept ones',
    kept: 'Kept',
    now: 'Now',
    one: (which: string, caption: string) => `${which}: ${caption}`,
    guidance: (scale: number) => `guidance ${scale}`,
    seed: (seed: number) => `seed ${seed}`,
  },
  code: {
    title: 'Draw this in your own program',
    summary: 'Do this in your own program',
    shipped: 'The same pictures, from Node or from the command line. Both know the model by its name.',
    own: 'The same pictures, from Node or from the command line, run in the folder that holds the model file.',
    files: (picture: string, mask: string) =>
      `Save the picture and the mask (${picture}, ${mask}) beside your program first.`,
    saveFiles: 'Save picture and mask',
    javaScript: 'Copy JavaScript',
    command: 'Copy command',
    noCommand: 'The command always asks for a class, so for pictures without one there is only JavaScript.',
  },

  // Parts of a picture, and rows
  inpaint: {
    title: 'Paint over part of it and have it filled in',
    about: (place: number) =>
      `Brush over part of picture ${place}. The rest is kept as it is at every step, with just as much noise as belongs there, so the network has to find something that fits.`,
    area: 'What to paint over',
    top: 'Top half',
    bottom: 'Bottom half',
    left: 'Left half',
    clear: 'Clear the brush',
    size: 'Brush size',
    class: 'Fill as class',
    same: (caption: string) => `as it was (${caption})`,
    fill: 'Fill it in',
    first: 'Paint over a part first, or choose a half.',
    variant: (place: number) => `Filled, variant ${place}`,
    done: (ways: number) => `The part is filled in, in ${ways} ways.`,
  },
  between: {
    title: 'Between two seeds',
    about:
      'A seed is a point in the space of noise. On the arc between two of them lies noise that is just as good. DPM-Solver++ adds no noise of its own, so each point gives one picture. Neighbours look alike: the space has an order that nobody put there.',
    from: 'From seed',
    to: 'To seed',
    class: 'Class of the row',
    draw: 'Draw the row',
    done: (from: number, to: number) => `The row from seed ${from} to seed ${to} is drawn.`,
    place: (share: number) => `${Math.round(100 * share)}% of the way`,
  },
} as const;
