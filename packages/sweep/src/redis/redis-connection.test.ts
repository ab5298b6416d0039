import { createServer } from "node:http";
import { createServer as createPlainServer } from "node:net";
import { beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { freePort, hasRedis, RedisServer } from "../../test/redis-server.ts";
import { redisAddress } from "./redis-address.ts";
import { connect, requireRedis } from "./redis-connection.ts";

/** What the attempt to connect says. */
const refused = (url: string) => requireRedis(redisAddress(url)).then(() => "no refusal", String);

describe("what is no Redis", () => {
  it("and answers in its own words is said to be something else", async () => {
    const web = createServer((_, answer) => answer.end("hello"));
    const greeting = createPlainServer((socket) => void socket.write("SSH-2.0-OpenSSH_9.2\r\n"));
    for (const server of [web, greeting]) {
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      onTestFinished(() => void server.close());
      const { port } = server.address() as { port: number };
      expect(await refused(`redis://127.0.0.1:${port}`)).toMatch(/answers at .*, but it is no Redis\. Check the port/);
    }
  });

  it("and where nothing listens: told at once, and nothing is waited for then", async () => {
    const timers = () => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
    const [started, before] = [performance.now(), timers()];
    expect(await refused(`redis://127.0.0.1:${await freePort()}`)).toMatch(/No Redis answers at .*ECONNREFUSED/);
    expect(performance.now() - started).toBeLessThan(1500);
    expect(timers()).toBeLessThanOrEqual(before);
  });
});

it.each(["redis://h/x", "redis://h/1/2", "redis://h/-1", "redis://h?db=3", "redis://:%zz@h"])(
  "%s is no address",
  (url) => {
    expect(() => redisAddress(url)).toThrow(/must be redis:\/\/HOST:PORT/);
  },
);

it("of an address its parts are taken as they are meant", () => {
  expect(redisAddress("redis://me:p%40ss@[::1]:7000/3")).toEqual({
    shown: "redis://[::1]:7000/3",
    options: { host: "::1", port: 7000, db: 3, username: "me", password: "p@ss" },
  });
});

describe.skipIf(!hasRedis)("a Redis (skipped where there is no redis-server)", () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await RedisServer.start();
    return () => redis[Symbol.asyncDispose]();
  });

  it("without the database of the address is refused", async () => {
    expect(await refused(`${redis.url}/99`)).toMatch(/has no database 99: it usually has 0 to 15/);
    const other = await connect(redisAddress(`${redis.url}/7`));
    await other.set("key", "word");
    expect(await other.client("INFO")).toMatch(/ db=7 /);
    other.disconnect();
  });

  it("that asks for no password though one was given says so once, in words of this program", async () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    const written = vi.spyOn(process.stderr, "write").mockReturnValue(true);
    onTestFinished(() => void vi.restoreAllMocks());
    for (const user of ["", "default"]) {
      const client = await connect(redisAddress(redis.url.replace("//", `//${user}:secret@`)));
      expect(await client.ping()).toBe("PONG");
      client.disconnect();
    }
    expect(warn).not.toHaveBeenCalled();
    expect(written.mock.calls.map(([text]) => text)).toEqual([
      expect.stringMatching(/^autocircuit: the Redis at redis:\/\/127\.0\.0\.1:\d+ asks for no password/),
    ]);
    expect(await refused(redis.url.replace("//", "//nobody:secret@"))).toMatch(/refuses the password/);
  });
});
