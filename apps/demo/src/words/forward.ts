/** What the first tab says. */
export const forward = {
  title: 'Noise goes in',
  intro:
    'A diffusion model learns from pictures that have been spoiled on purpose. Step by step, random noise is mixed in until nothing of the picture is left. This is the easy half: a formula, with nothing to learn yet. Everything that follows depends on it.',
  next: 'Next: the way back, from noise to pictures',
  controls: 'Forward process',
  picture: 'Picture',
  pictures: { Hills: 'Hills', Flower: 'Flower', Planet: 'Planet', Digit: 'Digit', Tiles: 'Tiles' },
  yours: (file: string) => `Yours: ${file}`,
  unreadable: (file: string, reason: string) => `${file} cannot be used: ${reason}.`,
  choose: 'Choose a picture…',
  chooseHint: 'or drop one here. It stays on this device.',
  schedule: 'Schedule',
  schedules: {
    linear: {
      name: 'Linear',
      about:
        'β rises in equal steps. The first diffusion models used it (Ho et al. 2020). Its last third is almost pure noise.',
    },
    'scaled-linear': {
      name: 'Scaled linear',
      about:
        '√β rises in equal steps, so it starts more gently. Latent diffusion models such as Stable Diffusion use it.',
    },
    cosine: {
      name: 'Cosine',
      about:
        'ᾱ follows a squared cosine, so noise comes evenly and no steps are wasted (Nichol & Dhariwal 2021). The letters of the next tab were trained with it.',
    },
    'sigmoid-beta': {
      name: 'Sigmoid in β',
      about: 'β itself is an S-curve (GeoDiff). It behaves much like the linear schedule, with softer ends.',
    },
    'sigmoid-alpha-bar': {
      name: 'Sigmoid in ᾱ',
      about: 'ᾱ is the S-curve (Jabri et al. 2022). It shares its name with the one before, but is quite different.',
    },
  },
  zeroTerminal: 'Zero terminal SNR',
  zeroTerminalHint: 'Bends the schedule so that the last step is pure noise (Lin et al. 2023).',
  seed: 'Noise seed',
  seedHint: 'The same seed gives the same noise ε at every t.',
  time: 'Time step t',
  timeText: (t: number, last: number) => `${t} of ${last}`,
  timeHint:
    'Counted as programs count: t = 0 is the first step and already has a little noise. Papers call that step 1, and the clean picture 0.',
  film: 'Time steps',
  goTo: (t: number) => `Go to t = ${t}`,
  parts: {
    at: 'at',
    noisy: (picture: string, t: number, share: number) =>
      `${picture} at t = ${t}; ${Math.round(100 * share)}% of its variance is noise`,
    shareOfPicture: 'Share of the picture',
    picture: (name: string) => `The picture itself: ${name}`,
    thePicture: 'the picture',
    shareOfNoise: 'Share of the noise',
    noise: 'Noise alone',
    theNoise: 'the noise',
  },
  histogram: {
    title: 'All pixels end up in the same bell curve',
    numbers: (mean: string, deviation: string) => `mean ${mean}, deviation ${deviation}`,
    label: (picture: string, t: number, numbers: string) =>
      `How the pixel values of ${picture} are spread at t = ${t}: ${numbers}.`,
    about:
      'How often each value occurs in xₜ. The dashed line is the standard normal distribution. Whatever the picture was, this is where it ends, so a sampler can start from fresh random numbers and walk back.',
  },
  curves: {
    title: 'What a schedule decides',
    key: (chosen: string, others: string) =>
      `The bold line is ${chosen}; the thin ones are ${others}. The dotted line marks your t. Drag it.`,
    at: (title: string, t: number, value: string) => `${title}. At t = ${t}: ${value}.`,
    beside: (value: string, beta: string) => `${value} (β ${beta})`,
    steps: 'Steps back',
    stepsText: (steps: number, all: number) => `${steps} of ${all}`,
    alphaBar: {
      title: 'ᾱ: what is left of the picture',
      about:
        'The share of the variance that still comes from the picture. Where the curve is flat near 0, steps are spent on noise from which a model can learn little.',
    },
    snr: {
      title: 'SNR: signal against noise',
      about:
        'Above 1 you see mostly picture, below 1 mostly noise. In this view schedules differ only in how fast they fall; the solvers of the next tab spread their steps along it.',
    },
    beta: {
      title: 'β: the noise of one step',
      about:
        'How much of the variance is replaced by noise from one step to the next. Everything else follows from this list of numbers.',
    },
    posterior: {
      title: 'β̃: the variance of going back',
      about: (all: number) =>
        `If the picture were known, a step back would have exactly this spread. It is less than the β of that step (dashed), most of all near t = 0. Over all ${all} steps the two can hardly be told apart; the fewer and longer the steps, the farther β̃ lies below. A sampler may use either, and the next tab lets you compare them.`,
    },
  },
} as const;
