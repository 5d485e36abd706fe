import type { SamplerOptions } from '@denoiser/samplers/arrays';

type Common = {
  /** A shipped model's name, or a file's. */
  readonly model: { readonly name: string; readonly isShipped: boolean };
  readonly sampler: SamplerOptions;
  readonly count: number;
  /** A word in one style; else 'each' class in turn, 'none', or a class's name; undefined for a model without classes. */
  readonly what: { readonly word: string } | { readonly className: string } | 'each' | 'none' | undefined;
  readonly guidance: number;
};

/** How pictures were drawn, as somebody elsewhere needs it to draw the same. */
export type Made = Common & { readonly seed: number };
/** How a part of a picture was filled in: the files hold the picture and that part. */
export type Filled = Made & { readonly inpaint: { readonly image: string; readonly mask: string } };
/** How a row between two seeds was drawn. */
export type Between = Common & { readonly from: number; readonly to: number };

export type Task = Made | Filled | Between;

/** Returns a program for Node that does the same. */
export function asJavaScript(task: Task): string {
  const { model, sampler, count, what, guidance } = task;
  const options = [
    ...Object.entries(sampler).map(([name, value]) => `${name}: ${literal(value)}`),
    ...('from' in task ? [`from: ${task.from}`, `to: ${task.to}`] : [`seed: ${task.seed}`]),
    ...('inpaint' in task
      ? [`inpaint: { image: ${literal(task.inpaint.image)}, mask: ${literal(task.inpaint.mask)} }`]
      : []),
    ...(isWord(what) ? [`classes: [...${literal(what.word)}]`, 'sharedNoise: true'] : [`count: ${count}`]),
    ...(isClass(what) ? [`classes: [${literal(what.className)}]`] : what === 'none' ? ['classes: []'] : []),
    ...(what === undefined || what === 'none' ? [] : [`guidance: ${guidance}`]),
  ];
  const draw = 'from' in task ? 'interpolate' : 'drawImages';
  const imports = [draw, 'openModel', 'selectDevice', 'writePngs'].sort();
  return `import { ${imports.join(', ')} } from '@denoiser/backend-node';

await selectDevice();
const model = await openModel(${literal(model.name)});
const images = await ${draw}(model, {
${options.map((option) => `  ${option},`).join('\n')}
});
await writePngs('pictures', images);
`;
}

/** Returns the command that does the same; undefined where it has no words for it: it always asks for a class. */
export function asCommand(task: Task): string | undefined {
  const { model, sampler, count, what, guidance } = task;
  if (what === 'none') return undefined;
  const flags = [
    ...(model.isShipped ? ['--model', model.name] : [model.name]),
    ...Object.entries(sampler).flatMap(([name, value]) => [`--${name}`, String(value)]),
    ...('from' in task ? ['--interpolate', `${task.from}:${task.to}`] : ['--seed', String(task.seed)]),
    ...('inpaint' in task ? ['--inpaint', task.inpaint.image, '--mask', task.inpaint.mask] : []),
    ...(isWord(what) ? ['--text', what.word] : ['--count', String(count)]),
    ...(isClass(what) ? ['--class', what.className] : []),
    ...(what === undefined ? [] : ['--guidance', String(guidance)]),
    ...['--out', 'pictures.png'],
  ];
  return `npx denoiser sample ${flags.map(quoted).join(' ')}`;
}

const isWord = (what: Made['what']): what is { word: string } => typeof what === 'object' && 'word' in what;
const isClass = (what: Made['what']): what is { className: string } => typeof what === 'object' && 'className' in what;

const literal = (value: unknown) =>
  typeof value === 'string' ? `'${value.replace(/[\\']/g, '\\$&').replace(/\n/g, '\\n')}'` : JSON.stringify(value);

/** As shells take it. */
const quoted = (text: string) => (/^[\w./:=+-]+$/.test(text) ? text : `'${text.replace(/'/g, "'\\''")}'`);
