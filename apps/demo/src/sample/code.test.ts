import { describe, expect, test } from 'vitest';
import { asCommand, asJavaScript, type Made } from './code';

const digits: Made = {
  model: { name: 'digits', isShipped: true },
  sampler: { sampler: 'ddpm', steps: 60, variance: 'posterior' },
  seed: 2,
  count: 10,
  what: 'each',
  guidance: 2,
};
const word: Made = {
  ...digits,
  model: { name: 'glyphs', isShipped: true },
  sampler: { sampler: 'ddim', spacing: 'trailing', steps: 20 },
  count: 5,
  what: { word: 'Hello' },
};

/** Runs the program: what it opens, and the options that it gives to `drawImages`. */
async function ran(made: Made): Promise<{ model: unknown; options: Record<string, unknown> }> {
  const body = asJavaScript(made).replace(/^import.*$/m, '');
  const seen = { model: undefined as unknown, options: {} as Record<string, unknown> };
  const names = ['selectDevice', 'openModel', 'drawImages', 'writePngs'];
  await new Function(...names, `return (async () => {${body}})();`)(
    () => undefined,
    (model: unknown) => model,
    (model: unknown, options: Record<string, unknown>) => Object.assign(seen, { model, options }),
    () => undefined,
  );
  return seen;
}

describe('as JavaScript', () => {
  test('each class in turn', async () => {
    expect(await ran(digits)).toEqual({
      model: 'digits',
      options: { sampler: 'ddpm', steps: 60, variance: 'posterior', seed: 2, count: 10, guidance: 2 },
    });
  });

  test('a word, in one style', async () => {
    expect((await ran(word)).options).toEqual({
      sampler: 'ddim',
      spacing: 'trailing',
      steps: 20,
      seed: 2,
      classes: ['H', 'e', 'l', 'l', 'o'],
      sharedNoise: true,
      guidance: 2,
    });
  });

  test('one class, none, and a model without any', async () => {
    expect((await ran({ ...digits, what: { className: "cat's" } })).options).toMatchObject({ classes: ["cat's"] });
    const none = (await ran({ ...digits, what: 'none' })).options;
    expect(none).toMatchObject({ classes: [] });
    expect(none).not.toHaveProperty('guidance');
    const bare = (await ran({ ...digits, what: undefined })).options;
    expect(Object.keys(bare)).toEqual(['sampler', 'steps', 'variance', 'seed', 'count']);
  });

  test('names with signs of JavaScript stay names', async () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: that it is none is the point
    const name = "it's \\ ${x}.safetensors";
    expect((await ran({ ...digits, model: { name, isShipped: false } })).model).toBe(name);
  });
});

describe('as a command', () => {
  test.each([
    [
      digits,
      'npx denoiser sample --model digits --sampler ddpm --steps 60 --variance posterior --seed 2 --count 10 --guidance 2 --out pictures.png',
    ],
    [
      word,
      'npx denoiser sample --model glyphs --sampler ddim --spacing trailing --steps 20 --seed 2 --text Hello --guidance 2 --out pictures.png',
    ],
    [
      { ...digits, model: { name: "it's.safetensors", isShipped: false }, what: { className: 'a cat' } },
      "npx denoiser sample 'it'\\''s.safetensors' --sampler ddpm --steps 60 --variance posterior --seed 2 --count 10 --class 'a cat' --guidance 2 --out pictures.png",
    ],
    [
      { ...digits, what: undefined },
      'npx denoiser sample --model digits --sampler ddpm --steps 60 --variance posterior --seed 2 --count 10 --out pictures.png',
    ],
  ] as const)('%#', (made, command) => {
    expect(asCommand(made as Made)).toBe(command);
  });

  test('without a class there is none', () => {
    expect(asCommand({ ...digits, what: 'none' })).toBeUndefined();
  });
});
