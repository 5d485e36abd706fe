import digits from '@denoiser/model-digits/digits.safetensors?url';
import emoji from '@denoiser/model-emoji/emoji.safetensors?url';
import glyphs from '@denoiser/model-glyphs/glyphs.safetensors?url';

/** What pictures are drawn with unless somebody says otherwise: a kind solver, and a seed whose pictures are good. */
type Settings = {
  readonly sampler: string;
  readonly steps: number;
  readonly guidance: number;
  readonly seed: number;
  readonly word: string;
};

/** By the name that `openModel` and the command know it by. */
type Entry = { readonly name: string; readonly address: string; readonly settings: Settings };

/** The table of the page's models, the first one first; each has a line of words, too. */
const MODELS = [
  {
    name: 'glyphs',
    address: glyphs,
    settings: { sampler: 'dpmpp-2m', steps: 20, guidance: 2, seed: 1, word: 'Hello' },
  },
  {
    name: 'digits',
    address: digits,
    settings: { sampler: 'dpmpp-2m', steps: 20, guidance: 2, seed: 1, word: '2026' },
  },
  {
    name: 'emoji',
    address: emoji,
    settings: { sampler: 'dpmpp-2m-sde', steps: 30, guidance: 2, seed: 7, word: '' },
  },
] as const satisfies readonly Entry[];

/** A model that comes with the page. */
export type ShippedModel = Entry & { readonly name: (typeof MODELS)[number]['name'] };

export const shippedModels: readonly ShippedModel[] = MODELS;
export const firstModel: ShippedModel = MODELS[0];

export const findShipped = (name: string): ShippedModel | undefined =>
  shippedModels.find((model) => model.name === name);
