import { page } from './page';

const { options } = page;
const s = (count: number, one: string) => `${count} ${one}${count === 1 ? '' : 's'}`;

/** What the third tab says. */
export const train = {
  title: 'Teach it your own',
  intro:
    'Show a new network some pictures. Again and again it is given one of them under noise and has to say what is underneath; the loss is how far off it is. After a minute or two the first shapes appear.',

  // Pictures
  dataset: 'Pictures',
  ready: {
    use: 'Use the faces',
    about: (count: number) =>
      `Nothing at hand? The page can draw ${count} happy, sad and surprised faces to learn from. With the settings as they are, new ones come out in two to four minutes on two processor cores.`,
    names: { happy: 'happy', sad: 'sad', surprised: 'surprised' },
    one: (name: string, place: number) => `${name} ${place}`,
  },
  className: 'Class of new pictures',
  classHint:
    'What the pictures you add next show, such as “cat”. If pictures have classes, you can ask for one of them later. Leave this empty to do without.',
  add: 'Add pictures…',
  addHint:
    'or drop them here. A folder with one folder for each class works, too. Twenty are enough to try; hundreds are better.',
  drawSome: 'Draw some',
  useCamera: 'Use the camera',
  undo: 'Undo',
  removed: (count: number) => (count === 1 ? 'One picture was removed.' : `${count} pictures were removed.`),
  classes: 'Classes',
  noClass: 'no class',
  ofClass: (name: string) => name || 'pictures without a class',
  removeSome: 'Remove one by one',
  removeSomeOf: (name: string) => `Remove one by one: ${name}`,
  removeAll: 'Remove all',
  removeAllOf: (name: string) => `Remove all of ${name}`,
  removeOne: (name: string) => `Remove ${name}`,
  removeHint: 'Press a picture to remove it.',
  more: (count: number) => `Show ${count} more`,
  moreOf: (count: number, name: string) => `Show ${count} more of ${name}`,
  unreadable: (names: readonly string[], others: number) => {
    const listed = `${names.join(', ')}${others > 0 ? ` and ${others} more ${others === 1 ? 'file' : 'files'}` : ''}`;
    const are = names.length + others === 1 ? 'is' : 'are';
    return `${listed} ${are} not among the kinds of pictures that this browser reads; choose PNG, JPEG or WebP files.`;
  },
  tooMany: (most: number, left: number) =>
    `More than ${most} pictures do not fit here, so the last ${left} were left out; the command has no such limit.`,

  // The pen and the camera
  pad: {
    label: 'Drawing',
    ink: 'Ink',
    size: 'Pen size',
    rubOut: 'Rub out',
    copies: (count: number) => `Add ${count} moved copies of each drawing`,
    copiesHint: 'Shifted, turned and scaled a little, so that ten drawings are enough.',
    add: (name: string) => `Add the drawing${name && ` as ${name}`}`,
    undo: 'Undo the stroke',
    clear: 'Clear',
    one: (drawing: number, copy: number) => `drawing ${drawing}.${copy}`,
  },
  camera: {
    view: 'What the camera sees',
    on: 'Turn on the camera',
    off: 'Turn it off',
    take: (name: string) => `Take a picture${name && ` as ${name}`}`,
    takeMany: (count: number, name: string) => `Take ${count}${name && ` as ${name}`}`,
    one: (place: number) => `photo ${place}`,
  },

  // The network
  form: 'Network and training',
  network: 'Network',
  size: options.size,
  sizes: { 16: '16×16', 32: '32×32' },
  colours: options.channels,
  colourKinds: { colour: 'Colour', grey: 'Grey' },
  steps: 'Training steps',
  moreSettings: 'More settings',
  width: options.blockChannels,
  widthHint:
    'A narrow network has 32 channels everywhere, a medium one up to 64 (16×16) or 96 (32×32), a wide one twice as many: about four times the work, and four times the file.',
  widths: { narrow: 'narrow, quick', medium: 'medium', wide: 'wide, slow' },
  prediction: 'The network learns to say',
  predictionHint:
    'The picture gives clean shapes soonest. The noise is what the first papers chose, and takes longer. The mix of both, v, lies between.',
  predictions: { x0: 'the picture, x₀', epsilon: 'the noise, ε', v: 'a mix, v' },
  batchSize: 'Batch size',
  learningRate: 'Learning rate',
  learningRates: { '0.0005': '0.0005, careful', '0.001': '0.001', '0.002': '0.002, quick' },
  name: options.run,
  furtherOptions: 'Further options of training',
  pauseHidden: 'Pause while this tab is hidden',
  pauseHiddenHint: 'Saves power. Otherwise training goes on in the background.',
  start: 'Start training',
  none: 'none',
  give: (range: string) => `Give ${range}.`,
  noPictures: 'Add pictures first.',
  fewPictures: (least: number) => `You need at least ${least} pictures.`,
  readyToStart: (pictures: number, classes: number, replaces: boolean) =>
    [
      `${s(pictures, 'picture')}${classes > 0 ? ` of ${classes} ${classes === 1 ? 'class' : 'classes'}` : ''}.`,
      ...(replaces ? ['This replaces the kept run of the same name.'] : []),
    ].join(' '),

  // While it trains
  progress: 'Training progress',
  training: 'Training',
  stages: {
    idle: '',
    preparing: 'Reading the pictures and starting the device …',
    training: 'Training',
    pausing: 'Pausing after this step …',
    paused: 'Paused',
    stopping: 'Stopping after this step, with a checkpoint …',
    ended: 'Ended',
  },
  pause: 'Pause',
  goOn: 'Go on',
  stop: page.stop,
  facts: {
    left: 'Time left',
    step: 'Step',
    stepOf: (step: number, all: number) => `${step} of ${all}`,
    loss: 'Loss',
    speed: 'Pictures per second',
    checkpoint: 'Last checkpoint',
    noCheckpoint: 'none yet',
    checkpointAt: (step: number) => `step ${step}`,
    unknown: '…',
  },
  slowStart: 'The first steps take longest.',
  duration: {
    seconds: (seconds: number) => `${seconds} s`,
    minutes: (minutes: number) => `${minutes} min`,
    hours: (hours: number, minutes: number) => `${hours} h ${minutes} min`,
  },
  chart: (steps: number, mean: string) => `Loss over ${steps} steps; its running mean is ${mean}.`,
  chartHint: (mean: string) =>
    `Thin: each step. Bold: the running mean, ${mean}. It falls quickly, then slowly; pictures go on improving long after the curve looks flat.`,
  samplesAt: (step: number) => `Samples at step ${step}`,
  sameNoise: 'always from the same noise',
  growth: 'How they came about',
  samples: (count: number, step: number) => `${s(count, 'picture')} drawn at step ${step}`,
  sampleFrom: 'Use it in Sample',
  download: 'Download safetensors',
  said: {
    preparing: 'Training is being prepared.',
    stopped: (step: number) => `Stopped at step ${step}.`,
    trained: (step: number) => `Trained to step ${step}.`,
    deviceChanges: (step: number) => `The device is changing; training goes on from step ${step}.`,
    deviceLost: (step: number) => `The device was lost; training goes on from step ${step}.`,
    samples: (step: number) => `Step ${step}: new samples.`,
    paused: (step: number) => `Paused at step ${step}.`,
    resumed: (step: number) => `Training goes on at step ${step}.`,
  },
  lossParts: {
    title: 'The loss, as an equation',
    about: (step: number, target: string) =>
      `A picture from step ${step}. Noise is mixed into it, and the network sees only the result, xₜ, and t. From these it has to tell ${target}.`,
    hold: 'Hold this one',
    at: 'at',
    noisy: 'what the network sees',
    picture: 'the picture',
    noise: 'the noise',
    shareOfPicture: 'Share of the picture',
    shareOfNoise: 'Share of the noise',
    targets: {
      epsilon: { name: 'the noise', about: '' },
      x0: { name: 'the picture', about: '' },
      v: {
        name: 'the mix v',
        about:
          'v is a mix of both, √ᾱₜ·ε − √(1−ᾱₜ)·x₀: mostly noise where the picture is clear, and mostly picture where it is not.',
      },
    },
    answer: 'its answer',
    squares: 'squared, dark is right',
    mean: 'The mean of those squares is the loss of this picture:',
  },

  // Runs of before
  kept: {
    title: 'Kept in this browser',
    at: (step: number, all: number) => `step ${step} of ${all}${step >= all ? ', finished' : ''}`,
    pictures: (count: number, size: string, isGrey: boolean) =>
      `${s(count, 'picture')}, ${size} ${isGrey ? 'grey' : 'colour'}`,
    noClasses: 'no classes',
    megabytes: (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`,
    until: 'Train until step',
    resume: 'Resume',
    longer: 'Train longer',
    sampleFrom: 'Use in Sample',
    download: 'Download',
    delete: 'Delete',
    of: (action: string, run: string) => `${action} ${run}`,
    sure: (run: string) => `Delete the run “${run}” with its weights and pictures?`,
  },
} as const;
