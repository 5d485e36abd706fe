import { describe, expect, test } from 'vitest';
import { asCommand, asJavaScript, type Between, type Filled, type Made, type Task } from './code';

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

const filled: Filled = {
  ...digits,
  sampler: { sampler: 'repaint', steps: 40, jump: 8 },
  count: 4,
  what: { className: '3' },
  inpaint: { image: 'picture.png', mask: 'mask.png' },
};
const { seed: _, ...common } = digits;
const row: Between = { ...common, count: 9, what: { className: '7' }, from: 3, to: 9 };

/** Runs the program: what it calls, what it opens, and the options that it gives to what draws. */
async function ran(task: Task): Promise<{ call: string; model: unknown; options: Record<string, unknown> }> {
  const [first = '', ...body] = asJavaScript(task).split('\n');
  const names = (/^import \{ (.*) \} from '@denoiser\/backend-node';$/.exec(first)?.[1] ?? '').split(', ');
  const seen = { call: '', model: undefined as unknown, options: {} as Record<string, unknown> };
  const draw = (call: string) => (model: unknown, options: Record<string, unknown>) =>
    Object.assign(seen, { call, model, options });
  const imported: Record<string, unknown> = {
    selectDevice: () => undefined,
    openModel: (model: unknown) => model,
    drawImages: draw('drawImages'),
    interpolate: draw('interpolate'),
    writePngs: () => undefined,
  };
  const given = names.map((name) => imported[name]);
  await new Function(...names, `return (async () => {${body.join('\n')}})();`)(...given);
  return seen;
}

describe('as JavaScript', () => {
  test('each class in turn', async () => {
    expect(await ran(digits)).toEqual({
      call: 'drawImages',
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

  test('a part that is filled in, and a row between two seeds', async () => {
    expect((await ran(filled)).options).toEqual({
      sampler: 'repaint',
      steps: 40,
      jump: 8,
      seed: 2,
      inpaint: { image: 'picture.png', mask: 'mask.png' },
      count: 4,
      classes: ['3'],
      guidance: 2,
    });
    expect(await ran(row)).toEqual({
      call: 'interpolate',
      model: 'digits',
      options: {
        sampler: 'ddpm',
        steps: 60,
        variance: 'posterior',
        from: 3,
        to: 9,
        count: 9,
        classes: ['7'],
        guidance: 2,
      },
    });
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
      filled,
      'npx denoiser sample --model digits --sampler repaint --steps 40 --jump 8 --seed 2 --inpaint picture.png --mask mask.png --count 4 --class 3 --guidance 2 --out pictures.png',
    ],
    [
      row,
      'npx denoiser sample --model digits --sampler ddpm --steps 60 --variance posterior --interpolate 3:9 --count 9 --class 7 --guidance 2 --out pictures.png',
    ],
    [
      { ...digits, what: undefined },
      'npx denoiser sample --model digits --sampler ddpm --steps 60 --variance posterior --seed 2 --count 10 --out pictures.png',
    ],
  ] as const)('%#', (made, command) => {
    expect(asCommand(made as Task)).toBe(command);
  });

  test('without a class there is none', () => {
    expect(asCommand({ ...digits, what: 'none' })).toBeUndefined();
  });
});
