declare const __MODELS__: readonly string[] | undefined; // see vite.config.ts

/** A model that comes with the page. */
export type ShippedModel = {
  /** In addresses, and for `openModel` and the command. */
  readonly name: string;
  readonly title: string;
  /** What it draws, after "Draws ". */
  readonly draws: string;
  /** The button that leads back to it. */
  readonly back: string;
  readonly file: string;
  /** What pictures are drawn with unless somebody says otherwise: a kind solver, and a seed whose pictures are good. */
  readonly settings: {
    readonly sampler: string;
    readonly steps: number;
    readonly guidance: number;
    readonly seed: number;
    readonly word: string;
  };
};

/** The table of the page's models. One counts where its file lies in `public/models` or `vite.config.ts` lays it there; the first is shown first. */
const MODELS: readonly ShippedModel[] = [
  {
    name: 'glyphs',
    title: 'Letters and figures',
    draws: 'letters and figures of typefaces that never existed, a word in one style.',
    back: 'Back to the letters',
    file: 'glyphs.safetensors',
    settings: { sampler: 'dpmpp-2m', steps: 20, guidance: 2, seed: 1, word: 'Hello' },
  },
  {
    name: 'digits',
    title: 'Handwritten digits',
    draws: 'digits in handwriting that nobody wrote.',
    back: 'Back to the digits',
    file: 'digits.safetensors',
    settings: { sampler: 'ddpm', steps: 60, guidance: 2, seed: 2, word: '2026' },
  },
];

const isThere = ({ file }: ShippedModel) => typeof __MODELS__ === 'undefined' || __MODELS__.includes(file);

export const shippedModels = MODELS.filter(isThere);
export const firstModel = shippedModels[0] as ShippedModel;

export const findShipped = (name: string): ShippedModel | undefined =>
  shippedModels.find((model) => model.name === name);
