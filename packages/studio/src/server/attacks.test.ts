import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { PatchableModel, PromptLoader } from "@autocircuit/core";
import { Hono } from "hono";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { asItIs, TestStudio } from "../../test/client.ts";
import { smallModel } from "../../test/small-model.ts";
import type { PromptList, RunAnswer, Session } from "../api/index.ts";
import { listen } from "./http/listen.ts";

const MARKUP = "<img src=x onerror=alert(1)>";

let model: PatchableModel;
let prompts: PromptLoader;
let studio: TestStudio;
let token: string;
const folder = mkdtempSync(join(tmpdir(), "studio-attacks-"));
const out = join(folder, "out");

beforeAll(async () => {
  ({ model, prompts } = await smallModel());
  studio = await TestStudio.start({ model, prompts, title: MARKUP, tokenText: () => MARKUP }, { out });
  token = new URL(studio.studio.address).pathname.split("/")[1]!;
});
afterAll(async () => {
  await studio.studio.close();
  model.dispose();
  rmSync(folder, { recursive: true });
});

const own = () => ({ host: `127.0.0.1:${studio.studio.port}` });
/** Whether it still does its work. */
async function serves(): Promise<void> {
  const answer = await studio.post<RunAnswer>("api/run", { ...asItIs, ablated: [7], prompt: { index: 1 } });
  expect(answer.patchedSize).toBe(answer.circuitSize - 1);
}

describe("who may ask", () => {
  it.each(["/", "/api/session", "/api/run", "/index.html", "/favicon.ico", "//", "/%00"])(
    "nobody without the token: %s",
    async (path) => {
      const flipped = `${token.slice(0, -1)}${token.endsWith("A") ? "B" : "A"}`;
      for (const wrong of [path, `/${flipped}${path}`, `/${token}x${path}`, `/${token.slice(1)}${path}`]) {
        const { status, text } = await studio.raw(wrong, { headers: own() });
        expect([wrong, status]).toEqual([wrong, 401]);
        expect(text).not.toContain(token);
      }
    },
  );

  it("has a token of 128 bits, another for each start", async () => {
    expect(Buffer.from(token, "base64url")).toHaveLength(16);
    await using other = await TestStudio.start({ model, prompts, title: "other" });
    expect(other.studio.address).not.toContain(token);
  });

  it.each(["http://evil.example", "null", "http://127.0.0.1:1", "https://127.0.0.1", "file://"])(
    "no page of %s, though it knew the token",
    async (origin) => {
      const headers = { ...own(), origin, "content-type": "application/json" };
      const body = JSON.stringify({ ...asItIs, prompt: { index: 0 } });
      expect((await studio.raw(`/${token}/api/run`, { method: "POST", headers, body })).status).toBe(403);
    },
  );

  it("its own page, by either name", async () => {
    for (const name of ["127.0.0.1", "localhost"]) {
      const host = `${name}:${studio.studio.port}`;
      const { status } = await studio.raw(`/${token}/api/session`, { headers: { host, origin: `http://${host}` } });
      expect(status).toBe(200);
    }
  });

  it.each([
    "evil.example",
    "evil.example:PORT",
    "127.0.0.1",
    "127.0.0.1:1",
    "localhost:PORT.evil.example",
    "[::1]:PORT",
  ])("nothing under the name %j, which may lead here", async (name) => {
    const host = name.replace("PORT", `${studio.studio.port}`);
    const { status } = await studio.raw(`/${token}/api/session`, { headers: { host } });
    expect([400, 403]).toContain(status);
  });

  it("sends its policy with every answer", async () => {
    for (const path of ["/", `/${token}/`, `/${token}/api/session`, `/${token}/api/nothing`]) {
      const { headers } = await studio.raw(path, { headers: own() });
      expect(headers["content-security-policy"]).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self'/);
      expect(headers["content-security-policy"]).not.toMatch(/unsafe|\*|https?:/);
      expect(headers).toMatchObject({ "x-content-type-options": "nosniff", "cache-control": "no-store" });
      expect(headers["referrer-policy"]).toBe("no-referrer");
      expect(headers["access-control-allow-origin"]).toBeUndefined();
    }
  });
});

describe("paths and names", () => {
  it.each([
    "../package.json",
    "..%2f..%2fpackage.json",
    "%2e%2e/%2e%2e/package.json",
    "assets/../../server/start-studio.js",
    "..\\..\\package.json",
    "/etc/passwd",
    "%2fetc%2fpasswd",
    "index.html%00.js",
    "%",
  ])("nothing but the page's own files: %s", async (path) => {
    const { status, text } = await studio.raw(`/${token}/${path}`, { headers: own() });
    expect([400, 401, 404]).toContain(status);
    expect(text).not.toMatch(/root:|"dependencies"|startStudio/);
  });

  const names = [
    "../x",
    "..",
    ".",
    "a/b",
    "a\\b",
    "/tmp/x",
    "con",
    "NUL.json",
    ".hidden",
    "x.",
    " x",
    "é",
    "a\0b",
    "x".repeat(300),
  ];

  it.each(names)("no file of the name %j", async (name) => {
    const json = { "content-type": "application/json" };
    const encoded = encodeURIComponent(name);
    const put = await fetch(studio.url(`api/states/${encoded}`), {
      method: "PUT",
      headers: json,
      body: '{"version":1}',
    });
    const got = await fetch(studio.url(`api/states/${encoded}`));
    const { circuit, ablated } = asItIs;
    const exported = await studio.send("api/export", { format: "autocircuit", circuit, ablated, name });
    const found = { name, algorithm: "random", options: {}, ablation: "resample", promptCount: null };
    const discovered = await studio.send("api/discover", found);
    for (const response of [put, got, exported, discovered]) expect([400, 401, 404, 405]).toContain(response.status);
    expect(readdirSync(folder).filter((entry) => entry !== "out")).toEqual([]);
    expect((await studio.send(`api/score-sets/${encoded}/values`, {})).status).toBeGreaterThanOrEqual(400);
    expect((await fetch(studio.url(`api/score-sets/${encoded}/values`))).status).toBeGreaterThanOrEqual(400);
  });

  it("writes what has a name, into its folder alone", async () => {
    const headers = { "content-type": "application/json" };
    const send = (body: string) => fetch(studio.url("api/states/My state-1.a"), { method: "PUT", headers, body });
    expect((await send('{"version":1,"scores":"s1"}')).status).toBe(204);
    expect(await studio.get("api/states")).toEqual(["My state-1.a"]);
    expect(await studio.get("api/states/My%20state-1.a")).toEqual({ version: 1, scores: "s1" });
    expect(readdirSync(out)).toEqual(["My state-1.a.studio.json"]);
    for (const none of ['"text"', "[]", "{}", "null", '{"version":2}', "{"])
      expect((await send(none)).status).toBe(400);
    expect((await fetch(studio.url("api/states/other"))).status).toBe(404);
  });

  it("text stays text", async () => {
    const response = await fetch(studio.url("api/session"));
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(((await response.json()) as Session).title).toBe(MARKUP);
    const { prompts: rows } = await studio.get<PromptList>("api/prompts?count=1");
    expect(rows[0]!.clean[0]).toBe(MARKUP);
    const run = await studio.post<RunAnswer>("api/run", { ...asItIs, prompt: { index: 0 } });
    expect(run.full.top[0]!.token).toBe(MARKUP);
    const refused = await studio.send("api/run", { ...asItIs, [MARKUP]: 1 });
    expect(refused.headers.get("content-type")).toBe("application/json");
  });
});

/** Sends bytes for as long as the other side takes them; gives how many went out and what came back. */
function flood(head: string, chunk: Buffer, most: number): Promise<{ sent: number; answer: string }> {
  return new Promise((resolve) => {
    const socket = connect(studio.studio.port, "127.0.0.1");
    let [sent, answer] = [0, ""];
    const more = () => {
      while (sent < most && socket.writable) {
        sent += chunk.length;
        if (!socket.write(chunk)) return void socket.once("drain", more);
      }
    };
    socket.on("data", (data) => {
      answer += data;
    });
    socket.on("error", () => undefined);
    socket.on("close", () => resolve({ sent, answer }));
    socket.on("connect", () => {
      socket.write(head);
      more();
    });
  });
}

describe("too much", () => {
  const post = (extra: string) =>
    `POST /${token}/api/run HTTP/1.1\r\nHost: 127.0.0.1:${studio.studio.port}\r\nContent-Type: application/json\r\n${extra}\r\n\r\n`;
  const MEGABYTE = 2 ** 20;

  /** A client that is slow to listen may hear of the end of its connection only: of several one hears why. */
  async function refuses(head: string, chunk: Buffer): Promise<void> {
    const answers: string[] = [];
    for (let tries = 0; tries < 5 && !answers.some(Boolean); tries++) {
      const { sent, answer } = await flood(head, chunk, 100 * MEGABYTE);
      expect(sent).toBeLessThan(64 * MEGABYTE);
      await serves();
      answers.push(answer);
    }
    expect(answers.at(-1)).toMatch(/^HTTP\/1\.1 413 /);
  }

  it("refuses 100 MB by their announced length, unread", async () => {
    const length = 100 * MEGABYTE;
    await refuses(post(`Content-Length: ${length}`), Buffer.alloc(MEGABYTE, 32));
  });

  it("refuses 100 MB of unknown length once they are too many", async () => {
    const chunk = Buffer.concat([Buffer.from("100000\r\n"), Buffer.alloc(MEGABYTE, 32), Buffer.from("\r\n")]);
    await refuses(post("Transfer-Encoding: chunked"), chunk);
  });

  it("answers or refuses each of 1,000 requests at once", async () => {
    const body = JSON.stringify({ ...asItIs, ablated: [3], prompt: { index: 2 } });
    const headers = { ...own(), "content-type": "application/json", "content-length": `${body.length}` };
    const answers = await Promise.all(
      Array.from({ length: 1000 }, () =>
        studio.raw(`/${token}/api/run`, { method: "POST", headers, body }).then(
          ({ status }) => status,
          // The connection was not taken.
          () => 0,
        ),
      ),
    );
    for (const status of answers) expect([0, 200, 503]).toContain(status);
    expect(answers.filter((status) => status === 200).length).toBeGreaterThan(0);
    await serves();
  });

  it("takes no JSON that comes as something else, and none that is broken", async () => {
    for (const type of ["text/plain", "application/x-www-form-urlencoded", ""])
      expect((await studio.send("api/run", asItIs, { headers: { "content-type": type } })).status).toBe(400);
    for (const body of ["{", "", "null", "[]", '"text"', "1e999", '{"__proto__":{"a":1}}', "[".repeat(100_000)]) {
      const headers = { ...own(), "content-type": "application/json" };
      const { status } = await studio.raw(`/${token}/api/run`, { method: "POST", headers, body });
      expect([body.slice(0, 20), status]).toEqual([body.slice(0, 20), 400]);
    }
  });
});

describe("slow ones and those that go", () => {
  it("ends connections whose request does not come", async () => {
    const app = new Hono().post("/", async (context) => context.text(await context.req.text()));
    app.onError((_, context) => context.text("ended", 400));
    const times = { headers: 200, request: 400, idle: 200, silence: 60_000, check: 50 };
    const { server, port } = await listen(app.fetch, 0, times);
    const ended = (text: string) =>
      new Promise<string>((resolve) => {
        const socket = connect(port, "127.0.0.1", () => socket.write(text));
        let answer = "";
        socket.on("data", (data) => {
          answer += data;
        });
        socket.on("error", () => undefined);
        socket.on("close", () => resolve(answer));
      });
    const head = "POST / HTTP/1.1\r\nHost: x\r\n";
    for (const unfinished of [head, `${head}Content-Length: 10\r\n\r\nhalf`])
      expect(await ended(unfinished)).not.toMatch(/^HTTP\/1\.1 2/);
    expect(await ended(`${head}Content-Length: 5\r\n\r\nwhole`)).toMatch(/^HTTP\/1\.1 200 .*whole$/s);
    await new Promise((resolve) => server.close(resolve));
  });

  it("serves others while many hold their connections open", async () => {
    const sockets = Array.from({ length: 200 }, () => connect(studio.studio.port, "127.0.0.1"));
    for (const socket of sockets) socket.on("error", () => undefined).write("GET / HTTP/1.1\r\nHo");
    await serves();
    for (const socket of sockets) socket.destroy();
    await serves();
  });

  it("goes on after connections that close in the middle of a run", async () => {
    for (let i = 0; i < 40; i++) {
      const abort = new AbortController();
      const request = { ...asItIs, ablated: [i], prompt: { index: i % 10 } };
      const paths = ["api/run", "api/evaluate", "api/generate", "api/discover"] as const;
      const bodies = {
        "api/run": request,
        "api/evaluate": { ...asItIs, ablated: [i], promptCount: null },
        "api/generate": { ...request, count: 20 },
        "api/discover": { name: `x${i}`, algorithm: "acdc", options: {}, ablation: "resample", promptCount: null },
      };
      const path = paths[i % paths.length]!;
      const sent = studio.send(path, bodies[path], { signal: abort.signal }).then(
        (response) => response.text(),
        () => "gone",
      );
      await wait(i % 5);
      abort.abort();
      await sent.catch(() => "gone");
    }
    await serves();
  });

  it("no run starves while a discovery that would take hours goes on", async () => {
    const abort = new AbortController();
    const endless = {
      algorithm: "subnetwork-probing",
      options: { epochs: 1e6 },
      ablation: "resample",
      promptCount: null,
    };
    const first = await studio.send("api/discover", { name: "endless", ...endless }, { signal: abort.signal });
    const reader = first.body!.getReader();
    await reader.read();
    for (let i = 0; i < 5; i++) await serves();
    // One that waits behind it is answered once it is stopped.
    const next = studio.lines<{ type: string }>("api/discover", {
      ...endless,
      name: "next",
      algorithm: "random",
      options: {},
    });
    abort.abort();
    await expect(reader.read()).rejects.toThrow();
    expect((await next).at(-1)!.type).toBe("done");
  });
});
