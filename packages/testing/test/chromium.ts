import { chromium, type Page } from 'playwright-core';

/** A page in a headless Chromium; `await using` ends it. */
export async function openPage(url: string): Promise<Page & AsyncDisposable> {
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    // It is started by root in containers, where its sandbox cannot be had.
    args: ['--no-sandbox'],
  });
  const page = await browser.newPage();
  await page.goto(url);
  return Object.assign(page, { [Symbol.asyncDispose]: () => browser.close() });
}
