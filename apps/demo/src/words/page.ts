/** Words that all tabs share. Each tab has a file of its own beside this one; what index.html says before any program runs stands there. */
export const page = {
  product: 'denoiser',
  tagline: 'How pictures come out of noise, in your browser.',
  tabs: {
    label: 'Parts',
    forward: { name: 'Forward', title: 'Noise goes in' },
    sample: { name: 'Sample', title: 'Pictures come out' },
    train: { name: 'Train', title: 'Teach it your own' },
    plane: { name: 'In two dimensions', title: 'The whole thing on a plane' },
  },
  title: (tab: string) => `${tab} · denoiser`,
  fetching: 'Fetching this tab …',
  notFetched: 'This tab could not be fetched. Check your connection and try again.',
  tryAgain: 'Try again',
  play: 'Play',
  stop: 'Stop',
  steps: (steps: number) => `${steps} ${steps === 1 ? 'step' : 'steps'}`,
  copy: { link: 'Copy link', done: 'Copied.', byHand: 'Copy this' },
  brush: {
    role: 'painting area',
    label: (what: string) => `${what}. Arrow keys move, space paints, shift with arrows draws a line.`,
  },
  readOn: {
    label: 'Read on',
    source: 'Source code',
    documentation: 'Documentation',
    papers: [
      { name: 'DDPM, Ho et al. 2020', href: 'https://arxiv.org/abs/2006.11239' },
      { name: 'DDIM, Song et al. 2020', href: 'https://arxiv.org/abs/2010.02502' },
      { name: 'Cosine schedule, Nichol & Dhariwal 2021', href: 'https://arxiv.org/abs/2102.09672' },
      { name: 'EDM, Karras et al. 2022', href: 'https://arxiv.org/abs/2206.00364' },
      { name: 'DPM-Solver++, Lu et al. 2022', href: 'https://arxiv.org/abs/2211.01095' },
    ],
    private: 'Nothing you choose or draw leaves this device.',
  },
  device: {
    label: 'Device',
    names: {
      auto: 'the best there is',
      webgpu: 'the GPU, by WebGPU',
      engine: 'the CPU engine',
      webgl: 'the GPU, by WebGL',
      cpu: 'plain JavaScript',
    },
    starting: 'Starting the device …',
    computing: (device: string, threads: number) =>
      `Computing on ${device}${threads > 1 ? `, ${threads} threads` : ''}.`,
    nothing: 'Nothing is computing.',
    notYet: 'No model is loaded yet; Sample and Train load one.',
    why: 'Why this device, and the others',
    missing: (device: string) => `${device} (not available here)`,
    choose: 'Compute on',
    chooseHint: 'Changing the device stops whatever is being computed. Training goes on from its last checkpoint.',
    withoutGpu: (reason: string) =>
      `Not on the GPU: ${reason}. A current browser with hardware acceleration switched on would be faster.`,
    allCores: 'Use all cores',
    allCoresHint: (advice: string) =>
      `${advice} If you cannot change the server, this page can add the headers itself; it then loads once more.`,
    notIsolated:
      'This browser does not allow that here, perhaps because the window is private. It goes on with one core.',
  },
  /** What fields are called where an option of the libraries has another name. */
  options: {
    sampler: 'Solver',
    count: 'How many',
    variance: 'Noise of a step',
    classes: 'Class',
    process: 'Trained schedule',
    imageSize: 'Picture size',
    size: 'Picture size',
    channels: 'Colours',
    blockChannels: 'Width',
    run: 'Name of the run',
  },
} as const;
