export { badFile } from "@autocircuit/base";
