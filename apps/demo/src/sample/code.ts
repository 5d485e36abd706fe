import type { SamplerOptions } from '@denoiser/samplers/arrays';

/** How pictures were drawn, as somebody elsewhere needs it to draw the same. */
export type Made = {
  /** A shipped model's name, or a file's. */
  readonly model: { readonly name: string; readonly isShipped: boolean };
  readonly sampler: SamplerOptions;
  readonly seed: number;
  readonly count: number;
  /** A word in one style; else 'each' class in turn, 'none', or a class's name; undefined for a model without classes. */
  readonly what: { readonly word: string } | { readonly className: string } | 'each' | 'none' | undefined;
  readonly guidance: number;
};

/** Returns a program for Node that draws these pictures. */
export function asJavaScript({ model, sampler, seed, count, what, guidance }: Made): string {
  const options = [
    ...Object.entries(sampler).map(([name, value]) => `${name}: ${literal(value)}`),
    `seed: ${seed}`,
    ...(isWord(what) ? [`classes: [...${literal(what.word)}]`, 'sharedNoise: true'] : [`count: ${count}`]),
    ...(isClass(what) ? [`classes: [${literal(what.className)}]`] : what === 'none' ? ['classes: []'] : []),
    ...(what === undefined || what === 'none' ? [] : [`guidance: ${guidance}`]),
  ];
  return `import { drawImages, openModel, selectDevice, writePngs } from '@denoiser/backend-node';

await selectDevice();
const model = await openModel(${literal(model.name)});
const images = await drawImages(model, {
${options.map((option) => `  ${option},`).join('\n')}
});
await writePngs('pictures', images);
`;
}

/** Returns the command that draws them; undefined where it has no words for it: it always asks for a class. */
export function asCommand({ model, sampler, seed, count, what, guidance }: Made): string | undefined {
  if (what === 'none') return undefined;
  const flags = [
    ...(model.isShipped ? ['--model', model.name] : [model.name]),
    ...Object.entries(sampler).flatMap(([name, value]) => [`--${name}`, String(value)]),
    ...['--seed', String(seed)],
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
