/** A model that comes as an npm package of its own: its weights as one file of safetensors. */
export interface ShippedModel {
  readonly name: string;
  readonly package: string;
  /** The weights, as modules are named: `@denoiser/model-digits/digits.safetensors`. */
  readonly file: string;
}

/** The names of the models that come as packages: the one table. */
const NAMES = ['digits', 'emoji', 'glyphs'] as const;

/** The models that come as packages. */
export const shippedModels: readonly ShippedModel[] = NAMES.map((name) => ({
  name,
  package: `@denoiser/model-${name}`,
  file: `@denoiser/model-${name}/${name}.safetensors`,
}));

/** Returns the shipped model of that name, `digits`, or of that package, `@denoiser/model-digits`. */
export const findShippedModel = (text: string): ShippedModel | undefined =>
  shippedModels.find(({ name, package: published }) => text === name || text === published);
