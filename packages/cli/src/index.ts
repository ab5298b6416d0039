export { type ProgramOutput, runProgram } from "./program.ts";
