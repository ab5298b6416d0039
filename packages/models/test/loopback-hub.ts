import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What the hub does with one request for a file's content. */
export type Behavior =
  | "good"
  | "500"
  | "truncate" // half of what was asked for, then the connection breaks
  | "stall" // half of what was asked for, then nothing
  | "silent" // no answer
  | "lie" // other bytes
  | "no-range" // the whole file, whatever was asked for
  | "no-range-truncate" // half of the whole file, whatever was asked for, then the connection breaks
  | "wrong-range" // other bytes than were asked for
  | "redirect" // sends to another host
  | "401"
  | "403";

/** A request that came in. */
export interface Seen {
  readonly method: string;
  readonly host: string;
  readonly path: string;
  readonly range: string | undefined;
  readonly authorization: string | undefined;
}

/** A small Hugging Face hub on this machine, with one model, whose answers can go wrong. */
export class LoopbackHub implements AsyncDisposable {
  readonly model: string;
  readonly files: Map<string, Buffer>;
  readonly seen: Seen[] = [];
  /** Behavior of the next requests for contents, first to last; then all are good. */
  plan: Behavior[] = [];
  /** Status of every request for the model or its files instead of an answer. */
  refuse: { status: number; error: string } | undefined;
  commit = "0123456789abcdef0123456789abcdef01234567";
  #servers: Server[] = [];

  private constructor(model: string, files: Readonly<Record<string, string | Buffer>>) {
    this.model = model;
    this.files = new Map(Object.entries(files).map(([name, content]) => [name, Buffer.from(content)]));
  }

  static async serve(model: string, files: Readonly<Record<string, string | Buffer>>): Promise<LoopbackHub> {
    const hub = new LoopbackHub(model, files);
    for (const serve of [hub.#serve, hub.#deliver]) {
      const server = createServer((request, response) => {
        hub.#note(request);
        serve.call(hub, request, response);
      });
      await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
      hub.#servers.push(server);
    }
    return hub;
  }

  get url(): string {
    return this.#url(0);
  }

  /** The host that large files come from. */
  get contentHost(): string {
    return new URL(this.#url(1)).host;
  }

  /** What was asked for: contents only, with their ranges. */
  contents(): string[] {
    return this.seen
      .filter(({ path }) => path.includes("/resolve/"))
      .map(({ path, range }) => path.replace(/.*\//, "") + (range ? ` ${range}` : ""));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const server of this.#servers) {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    }
  }

  #url(index: number): string {
    return `http://127.0.0.1:${(this.#servers[index]!.address() as AddressInfo).port}`;
  }

  #note({ method, url, headers }: IncomingMessage): void {
    const { host = "", range, authorization } = headers;
    this.seen.push({ method: method!, host, path: decodeURIComponent(url!.split("?")[0]!), range, authorization });
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    const path = decodeURIComponent(request.url!.split("?")[0]!);
    const api = `/api/models/${this.model}`;
    const content = new RegExp(`^/${this.model}/resolve/([^/]+)/(.+)$`).exec(path);
    if (this.refuse) {
      this.#error(response, this.refuse.status, this.refuse.error);
    } else if (path === `${api}/revision/main` || path === `${api}/revision/${this.commit}`) {
      this.#json(response, { _id: "1", id: this.model, sha: this.commit, lastModified: "2024-01-01" });
    } else if (path === `${api}/tree/${this.commit}` || path.startsWith(`${api}/tree/${this.commit}/`)) {
      const below = path.slice(`${api}/tree/${this.commit}/`.length);
      const recursive = request.url!.includes("recursive=true");
      const listed = [...this.files].filter(([name]) =>
        recursive ? below === "" || name.startsWith(`${below}/`) : !name.includes("/"),
      );
      this.#json(response, listed.map(treeEntry));
    } else if (content?.[1] === this.commit && this.files.has(content[2]!)) {
      this.#content(request, response, content[2]!);
    } else {
      this.#error(response, 404, path.startsWith(`${api}/`) ? "Invalid rev id" : "Repository not found");
    }
  }

  #content(request: IncomingMessage, response: ServerResponse, name: string): void {
    const behavior = this.plan.shift() ?? "good";
    const file = this.files.get(name)!;
    const from = behavior.startsWith("no-range")
      ? 0
      : Number(/^bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0);
    const rest = file.subarray(from);
    const partial = from > 0;
    const shown = behavior === "wrong-range" ? from - 1 : from;
    const head = () =>
      response.writeHead(partial ? 206 : 200, {
        "content-length": rest.length,
        ...(partial && { "content-range": `bytes ${shown}-${file.length - 1}/${file.length}` }),
      });
    switch (behavior) {
      case "500":
      case "401":
      case "403":
        this.#error(response, Number(behavior), "Refused");
        return;
      case "silent":
        return;
      case "truncate":
      case "no-range-truncate":
      case "stall":
        head().write(rest.subarray(0, Math.ceil(rest.length / 2)), () => {
          if (behavior !== "stall") setTimeout(() => response.destroy(), 20);
        });
        return;
      case "lie":
        head().end(Buffer.from(rest.map((byte) => byte ^ 1)));
        return;
      case "redirect":
        response.writeHead(302, { location: `${this.#url(1)}/${name}` }).end();
        return;
      default:
        head().end(rest);
    }
  }

  /** The other host: contents, to whoever asks. */
  #deliver(request: IncomingMessage, response: ServerResponse): void {
    response.end(this.files.get(request.url!.slice(1)));
  }

  #json(response: ServerResponse, value: unknown): void {
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(value));
  }

  #error(response: ServerResponse, status: number, error: string): void {
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify({ error }));
  }
}

/** A file as the hub lists it: weights are in its large-file store, all else in git. */
function treeEntry([path, content]: [string, Buffer]): object {
  const git = (bytes: Buffer) => createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
  const entry = { type: "file", path, size: content.length, oid: git(content) };
  if (!path.endsWith(".safetensors")) return entry;
  const oid = createHash("sha256").update(content).digest("hex");
  return { ...entry, oid: git(Buffer.from("pointer")), lfs: { oid, size: content.length, pointerSize: 7 } };
}
