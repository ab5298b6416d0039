export { badFile } from "@autocircuit/core";
