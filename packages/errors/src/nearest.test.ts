import { expect, it } from 'vitest';
import { didYouMean, nearest, perhaps, theNearest } from './nearest';

it('the nearest name is the one that begins like this, the one that holds it, or the one with the fewest changes', () => {
  const names = ['ddpm', 'ddim', 'dpmpp-2m', 'dpmpp-2m-sde', 'euler-a'];
  expect(nearest('dpmpp', names)).toBe('dpmpp-2m');
  expect(nearest('DDIN', names)).toBe('ddim');
  expect(nearest('cta', ['dog', 'cat'])).toBe('cat');
  expect(nearest('euler_a', names)).toBe('euler-a');
  expect(nearest('gpu', ['cuda', 'webgpu', 'cpu'])).toBe('webgpu');
  expect(nearest('2m-sde', names)).toBe('dpmpp-2m-sde');
  expect(nearest('anything', [])).toBeUndefined();
});

it("a name that is far from all is nobody's, and what there is is said instead", () => {
  const names = ['ddpm', 'ddim'];
  expect(nearest('banana', names)).toBeUndefined();
  expect(nearest('x', names)).toBeUndefined();
  expect(nearest('11', ['1', '2'])).toBeUndefined();
  expect(nearest('model.banana', ['banana'], { within: 1 })).toBe('banana');
  expect(didYouMean('dpm', names, (name) => `<${name}>`)).toBe('did you mean <ddpm>?');
  expect(didYouMean('banana', names, (name) => `<${name}>`)).toBe('choose one of <ddpm>, <ddim>.');
  expect(theNearest('dpm', names)).toBe('the nearest is ddpm');
  expect(theNearest('banana', names)).toBe('choose one of ddpm, ddim');
  expect(perhaps('dpm', names)).toBe(', perhaps ddpm');
  expect(perhaps('banana', names)).toBe('');
});
