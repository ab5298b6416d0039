// Stands for the process that runs cases: begins one, and then does what it is told.
import { openSync, writeSync } from "node:fs";

const { counter, what } = JSON.parse(process.argv[2]);
writeSync(openSync(counter, "r+"), new Uint8Array(new BigUint64Array([5n, 3n]).buffer), 0, 16, 0);
process.send("begun");
const kept = [];
const ways = {
  spin: () => {
    for (;;);
  },
  wait: () => setInterval(() => undefined, 1000),
  eat: () => setInterval(() => kept.push(Buffer.alloc(2 ** 25, 1)), 5),
  die: () => process.abort(),
  end: () => process.disconnect(),
};
ways[what]();
