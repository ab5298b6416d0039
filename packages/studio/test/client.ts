import { request } from "node:http";
import type { LoadedTask } from "@autocircuit/core";
import type { CircuitChoice, ErrorAnswer, RunChoice } from "../src/api/index.ts";
import { type Studio, type StudioOptions, startStudio } from "../src/index.ts";
import type { StudioSubject } from "../src/server/model/studio-subject.ts";

/** All edges, none clicked. */
export const everything: CircuitChoice = { scores: null, size: null, add: [], remove: [] };
export const asItIs: RunChoice = { circuit: everything, ablated: [], ablation: "resample", patch: "tree" };

/** What a raw request is answered. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** A studio with a client that knows its address. */
export class TestStudio implements AsyncDisposable {
  readonly studio: Studio;

  private constructor(studio: Studio) {
    this.studio = studio;
  }

  static async start(subject: LoadedTask | StudioSubject, options?: StudioOptions): Promise<TestStudio> {
    return new TestStudio(await startStudio(subject, options));
  }

  url(path: string): string {
    return new URL(path, this.studio.address).href;
  }

  async get<T>(path: string): Promise<T> {
    return answerOf<T>(await fetch(this.url(path)));
  }

  async post<T>(path: string, body: unknown, options: RequestInit = {}): Promise<T> {
    return answerOf<T>(await this.send(path, body, options));
  }

  /** The answer as it comes, whatever its status. */
  send(path: string, body: unknown, { headers, ...options }: RequestInit = {}): Promise<Response> {
    return fetch(this.url(path), {
      method: "POST",
      body: JSON.stringify(body),
      headers: { "content-type": "application/json", ...(headers as Record<string, string>) },
      ...options,
    });
  }

  /** All lines of a stream. */
  async lines<T>(path: string, body: unknown): Promise<T[]> {
    const text = await (await this.send(path, body)).text();
    return text
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as T);
  }

  /** A request by Node's own client, which lets every header be what it likes. */
  raw(
    path: string,
    options: { method?: string; headers?: Record<string, string>; body?: string } = {},
  ): Promise<RawAnswer> {
    const { method = "GET", headers = {}, body } = options;
    return new Promise((resolve, reject) => {
      const sent = request({ port: this.studio.port, host: "127.0.0.1", path, method, headers }, (answer) => {
        let text = "";
        answer.setEncoding("utf8").on("data", (part) => {
          text += part;
        });
        answer.on("end", () => resolve({ status: answer.statusCode!, headers: answer.headers, text }));
      });
      sent.on("error", reject);
      sent.end(body);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.studio.close();
  }
}

async function answerOf<T>(response: Response): Promise<T> {
  const body = (await response.json()) as T | ErrorAnswer;
  if (response.ok) return body as T;
  throw new Error(`${response.status} ${JSON.stringify(body)}`);
}
