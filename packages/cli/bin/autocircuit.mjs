#!/usr/bin/env node
// The command, as a file that is there before anything is compiled: npm links it when it installs. Written for old Nodes too, so that one
// hears what is wrong and not a syntax error.
import { existsSync } from "node:fs";

const [major, minor] = process.versions.node.split(".").map(Number);
const program = new URL("../dist/main.js", import.meta.url);

if (major < 20 || (major === 20 && minor < 17)) {
  console.error(
    `AutoCircuit needs Node 20.17.0 or newer, this is ${process.versions.node}: install a newer one from https://nodejs.org (or: nvm install 22).`,
  );
  process.exitCode = 1;
} else if (!existsSync(program)) {
  console.error("autocircuit is not compiled yet: run `npm run setup` in the repository.");
  process.exitCode = 1;
} else {
  await import(program.href);
}
