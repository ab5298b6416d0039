import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { build } from "vite";
import { expect } from "vitest";

const CHROMIUM = process.env.AUTOCIRCUIT_CHROMIUM ?? "/usr/bin/chromium";

/** Whether there is no browser to test with: the tests are then skipped, their titles say why. */
export const noBrowser = !existsSync(CHROMIUM);

/** Builds the page as it is now, and starts a browser. */
export async function startBrowser(): Promise<Browser> {
  await build({ configFile: fileURLToPath(new URL("../../vite.config.ts", import.meta.url)), logLevel: "error" });
  return chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
}

/** A page of a studio: anything that it logs as an error, its policy's refusals too, is kept in `faults`. */
export interface OpenPage extends AsyncDisposable {
  page: Page;
  faults: string[];
}

/** Opens a studio, in a window of its own, and waits for its first numbers. */
export async function openStudio(
  browser: Browser,
  address: string,
  options: BrowserContextOptions = {},
): Promise<OpenPage> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  // A page on a machine that does other work takes long to show numbers; nothing here waits so long for what will not come.
  context.setDefaultTimeout(30_000);
  const page = await context.newPage();
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error") faults.push(message.text());
  });
  await page.goto(address);
  await freshNumbers(page);
  return { page, faults, [Symbol.asyncDispose]: () => context.close() };
}

/** Waits until what is shown belongs to what is chosen. */
export async function freshNumbers(page: Page): Promise<void> {
  await page.waitForSelector("#outputs[data-stale=false][aria-busy=false] table.measures");
}

/** A number of the table of outputs, as exact as the page has it. */
export async function measure(page: Page, name: string): Promise<number> {
  await freshNumbers(page);
  const text = await page.getAttribute(`[data-measure="${name}"]`, "data-value");
  expect(text).not.toBeNull();
  return Number(text);
}

/** Edges of the full model, the circuit and the circuit without what is ablated, as the table tells them. */
export async function edgeCounts(page: Page): Promise<string[]> {
  await freshNumbers(page);
  return page.locator("#outputs table.measures tbody tr:first-child td").allTextContents();
}

/** Waits until the address holds the state as it is. */
export async function settled(page: Page): Promise<string> {
  await page.waitForTimeout(400);
  return page.url();
}
