import { AutocircuitError } from "@autocircuit/base";
import { describe, expect, it } from "vitest";
import { openHub } from "./hub.ts";
import { requestError, statusError, TransientError } from "./hub-errors.ts";

const hub = await openHub({ token: "none" }, { HF_ENDPOINT: "https://hub.test/" });
const context = { hub, model: "owner/name", revision: "main" };

describe("requestError", () => {
  it("lets only trouble with the connection or the server be tried again", () => {
    const transient = (error: unknown) => requestError(error, context, false) instanceof TransientError;
    const broken = new TypeError("fetch failed", { cause: Object.assign(new Error("x"), { code: "ECONNRESET" }) });
    expect(transient(broken)).toBe(true);
    expect(transient(new SyntaxError("Unexpected token <"))).toBe(true);
    expect(transient(new TypeError("undefined is not a function"))).toBe(false);
    expect(transient(new AutocircuitError("bad-file", "x"))).toBe(false);
    expect([408, 429, 500, 502].every((status) => statusError(status, "", context) instanceof TransientError)).toBe(
      true,
    );
    expect([400, 401, 403, 404, 416].some((status) => statusError(status, "", context) instanceof TransientError)).toBe(
      false,
    );
  });

  it("says what the disk lacks", () => {
    const failed = (code: string) => requestError(Object.assign(new Error("mkdir"), { code }), context, false);
    expect(failed("ENOSPC")).toMatchObject({ code: "out-of-memory", message: expect.stringContaining("disk is full") });
    expect(failed("EACCES")).toMatchObject({
      code: "bad-input",
      message: expect.stringContaining("AUTOCIRCUIT_MODELS"),
    });
    expect(failed("ELOOP").message).toBe("mkdir");
  });
});

describe("openHub", () => {
  it("reads the mirror and whether to ask it from the environment", async () => {
    expect(hub).toMatchObject({ endpoint: "https://hub.test", offline: false, stallTimeout: 30_000 });
    expect((await openHub({}, {})).endpoint).toBe("https://huggingface.co");
    expect((await openHub({}, { HF_HUB_OFFLINE: "1" })).offline).toBe(true);
    expect((await openHub({ offline: false }, { HF_HUB_OFFLINE: "1" })).offline).toBe(false);
  });

  it("gives the token to its own address only", () => {
    expect(hub.headers("https://hub.test/owner/name")).toEqual({ authorization: "Bearer none" });
    expect(hub.headers("https://hub.test.elsewhere/owner")).toEqual({});
    expect(hub.headers("http://hub.test/owner")).toEqual({});
  });
});
