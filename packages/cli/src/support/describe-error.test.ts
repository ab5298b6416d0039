import { AutocircuitError } from "@autocircuit/base";
import { describe, expect, it } from "vitest";
import { describeError } from "./describe-error.ts";
import { EXIT, exitCodeFor } from "./exit-codes.ts";
import { UsageError } from "./usage-error.ts";

const coded = (code: string, message = "it") => Object.assign(new Error(message), { code });

describe("exitCodeFor", () => {
  it.each([
    [new UsageError("x"), EXIT.usage],
    [coded("unknown-name"), EXIT.usage],
    [coded("bad-file"), EXIT.usage],
    [coded("ENOENT"), EXIT.usage],
    [coded("libtorch"), EXIT.failure],
    [coded("native"), EXIT.failure],
    [new Error("x"), EXIT.failure],
    [coded("aborted"), EXIT.interrupted],
    [Object.assign(new Error("x"), { name: "AbortError" }), EXIT.interrupted],
  ])("%s", (error, code) => expect(exitCodeFor(error)).toBe(code));
});

describe("describeError", () => {
  it("gives message, causes and help in one block, without a stack", () => {
    const error = new UsageError("scores.safetensors cannot be read: no such file.", {
      cause: new Error("ENOENT: open"),
    });
    expect(describeError(error, "autocircuit measure", { debug: false })).toBe(
      "autocircuit measure: scores.safetensors cannot be read: no such file.\n  because: ENOENT: open\n  help:    autocircuit measure --help",
    );
  });

  it("adds the stack only for debugging", () => {
    const error = new Error("broken");
    expect(describeError(error, "autocircuit x", { debug: false })).not.toContain(" at ");
    expect(describeError(error, "autocircuit x", { debug: true })).toContain(error.stack);
  });

  it("names missing files of the file system", () => {
    const error = Object.assign(new Error("ENOENT: no such file"), { code: "ENOENT", path: "here.json" });
    expect(describeError(error, "autocircuit patch", { debug: false })).toContain(
      "here.json: does not exist. Check the path.",
    );
  });

  it("leaves out what the system calls what was said in words", () => {
    const cause = coded("EISDIR", "EISDIR: illegal operation on a directory, read");
    const error = new AutocircuitError("bad-file", "cfg.json: is a folder, where a file is needed.", { cause });
    expect(describeError(error, "autocircuit latents", { debug: false })).toBe(
      "autocircuit latents: cfg.json: is a folder, where a file is needed.\n  help:    autocircuit latents --help",
    );
  });

  it("says once that a file is missing", () => {
    const cause = Object.assign(coded("ENOENT", "ENOENT: no such file or directory, stat 'saes'"), { path: "saes" });
    const error = new AutocircuitError("not-found", "saes: there is no such file or folder.", { cause });
    expect(describeError(error, "autocircuit sweep", { debug: false })).toBe(
      "autocircuit sweep: saes: there is no such file or folder.\n  help:    autocircuit sweep --help",
    );
    const silent = new AutocircuitError("not-found", "The plan cannot be read.", { cause });
    expect(describeError(silent, "autocircuit sweep", { debug: false })).toContain(
      "because: saes: does not exist. Check the path.",
    );
  });

  it("says once what a cause says behind the name of a function", () => {
    const cause = new AutocircuitError("bad-input", "keepLatents: of MLP 0 nothing would be left.");
    const error = new UsageError("kept.json: of MLP 0 nothing would be left.", { cause });
    expect(describeError(error, "autocircuit patch", { debug: false })).toBe(
      "autocircuit patch: kept.json: of MLP 0 nothing would be left.\n  help:    autocircuit patch --help",
    );
  });

  it("shows what is quoted of a file that is no text", () => {
    const cause = new SyntaxError("Unexpected token 'G', \"GGUF\x03\0\x1b[2J\" is not valid JSON");
    const error = new AutocircuitError("bad-file", "m.gguf: not JSON:\nit is a binary file.", { cause });
    expect(describeError(error, "autocircuit patch", { debug: false })).toBe(
      "autocircuit patch: m.gguf: not JSON:\nit is a binary file.\n  because: Unexpected token 'G', \"GGUF\\x03\\x00\\x1b[2J\" is not valid JSON\n  help:    autocircuit patch --help",
    );
  });

  it("is short when stopped", () => {
    expect(describeError(coded("aborted"), "autocircuit discover", { debug: false })).toMatch(
      /^autocircuit discover: stopped[^\n]*$/,
    );
    const kept = new AutocircuitError(
      "aborted",
      "m: 1 of 2 MiB are kept, and the download goes on from there the next time.",
    );
    expect(describeError(kept, "autocircuit model", { debug: false })).toMatch(
      /stopped\. .*\n {2}m: 1 of 2 MiB are kept/,
    );
  });
});
