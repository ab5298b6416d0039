import { afterAll, beforeAll, describe } from "vitest";
import { ablating } from "./ablate.ts";
import { noBrowser } from "./browser.ts";
import { connecting } from "./connection.ts";
import { discovering } from "./discover.ts";
import { forEverybody } from "./everybody.ts";
import { graphAlone } from "./graph-alone.ts";
import { keeping } from "./keep.ts";
import { keyboardAlone } from "./keyboard.ts";
import { latents } from "./latents.ts";
import { StudioInBrowser } from "./studio-in-browser.ts";

// One browser, one server and one page built for all: starting them takes longer than most tests.
describe.skipIf(noBrowser)("the page in a browser (skipped where /usr/bin/chromium is absent)", () => {
  let studio: StudioInBrowser;
  beforeAll(async () => {
    studio = await StudioInBrowser.start();
  });
  afterAll(() => studio?.[Symbol.asyncDispose]());

  const its = () => studio;
  ablating(its);
  keyboardAlone(its);
  keeping(its);
  discovering(its);
  connecting(its);
  latents(its);
  graphAlone(its);
  forEverybody(its);
});
