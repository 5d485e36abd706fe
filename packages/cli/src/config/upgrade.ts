/** Configurations of older formats in the present one's terms. */

const TYPES: Readonly<Record<string, string>> = { cosine: 'cosine', sigmoid: 'sigmoid-alpha-bar' };

type Json = Record<string, unknown>;

/** What turns a configuration of a format into one of the next. */
const UPGRADES: Readonly<Record<number, (value: Json) => Json>> = {
  1: toFormat2,
  2: toFormat3,
  3: toFormat4,
  4: toFormat5,
};

/** Returns a configuration in the terms of the present format; one of an unknown format as it is. */
export function upgraded(value: unknown): unknown {
  let json = value;
  while (isJson(json)) {
    // A file by hand need not say its format; a word that only an older one knows says it.
    const format = json.format ?? formatOf(json);
    const upgrade = UPGRADES[Number(format)];
    if (!upgrade) break;
    json = upgrade(json);
  }
  return json;
}

const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null;

function formatOf(json: Json): number | undefined {
  if (isJson(json.training) && 'schedule' in json.training) return 3;
  return 'baseWidth' in json || 'timeDim' in json ? 4 : undefined;
}

/** Format 4 knew one network, whose widths stood by themselves. */
function toFormat5({ baseWidth, timeDim, ...rest }: Json): Json {
  const widths = { ...(baseWidth !== undefined && { baseWidth }), ...(timeDim !== undefined && { timeDim }) };
  return { ...rest, network: { type: 'original', ...widths }, format: 5 };
}

/** Format 3 called the process a schedule. */
function toFormat4(value: Json): Json {
  if (!isJson(value.training) || !('schedule' in value.training)) return { ...value, format: 4 };
  const { schedule, ...training } = value.training;
  return { ...value, training: { ...training, process: schedule }, format: 4 };
}

/** Format 2 had intervals as a number and its unit, or 'never'. */
function toFormat3({ sampleEvery, checkpointEvery, ...rest }: Json): Json {
  return { ...rest, sampleEvery: intervalOf(sampleEvery), checkpointEvery: intervalOf(checkpointEvery), format: 3 };
}

function intervalOf(value: unknown): unknown {
  if (value === 'never') return {};
  if (typeof value !== 'object' || value === null || !('every' in value) || !('unit' in value)) return value;
  return { [value.unit === 'step' ? 'steps' : 'epochs']: value.every };
}

/** Format 1 had the trainer's options among the others, under the names of the command line. */
function toFormat2(value: Json): Json {
  const { schedule, noiseSteps, betaStart, betaEnd, ...others } = value;
  const { seed, batchSize, lr, weightDecay, emaDecay, emaStart, dropoutLabels, ...rest } = others;
  const type = TYPES[String(schedule)];
  return {
    ...rest,
    format: 2,
    training: {
      seed,
      batchSize,
      schedule: type ? { type, steps: noiseSteps } : { type: 'linear', steps: noiseSteps, betaStart, betaEnd },
      learningRate: lr,
      weightDecay,
      ema: { type: 'decay', decay: emaDecay, startStep: emaStart },
      labelDropout: dropoutLabels,
    },
  };
}
