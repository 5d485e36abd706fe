import type { Locator, Page } from 'playwright-core';

export const button = (page: Page, name: string): Locator => page.getByRole('button', { name, exact: true });
export const number = (page: Page, name: string): Locator => page.getByRole('spinbutton', { name, exact: true });

/** Fills in the smallest network and starts. */
export async function start(page: Page, { steps, batchSize }: { steps: number; batchSize: number }): Promise<void> {
  await number(page, 'Training steps').fill(String(steps));
  await page.getByText('More settings').click();
  await page.getByRole('radio', { name: 'narrow, quick' }).check();
  await number(page, 'Batch size').fill(String(batchSize));
  await button(page, 'Start training').click();
}

/** Steps that the bar shows as done; 0 without a bar. */
export const stepsDone = async (page: Page): Promise<number> => {
  const bar = page.getByRole('progressbar', { name: 'Training' });
  return (await bar.count()) === 0 ? 0 : bar.evaluate((element: HTMLProgressElement) => element.value);
};
