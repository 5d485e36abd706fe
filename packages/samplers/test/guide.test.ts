import { expect, it } from 'vitest';
import * as library from '../src/arrays';

const script = new URL('../../../scripts/sampler-table.mjs', import.meta.url).href;

it("the guide has the table of samplers as it is: otherwise run 'node scripts/sampler-table.mjs'", async () => {
  const { readGuide, withTable } = await import(script);
  expect(readGuide()).toBe(withTable(readGuide(), library));
});
