import { join } from "node:path";
import { cppSources } from "./cpp-sources.mjs";

const FOLDERS = ["native/src", "native/cuda/src"];
/** Where errors become those of JavaScript. */
const TO_JAVASCRIPT = "native/src/binding/errors.h";
const TEXTS = /"(?:\\.|[^"\\\n])*"/g;
/** A throw with what it throws, or a macro or method that throws something of its own. */
const THROWS =
  /\bthrow\b\s*([^\s(;{]*)|\b((?:TORCH_(?:INTERNAL_ASSERT|CHECK)|AT_(?:ERROR|ASSERT))\w*|ThrowAsJavaScriptException)\s*\(/g;

/**
 * Throws in native/src and native/cuda/src of anything but an Error of runtime/error.h, which has a code.
 *
 * @param {string} root
 * @returns {string[]}
 */
export function throwProblems(root) {
  return FOLDERS.flatMap((folder) =>
    cppSources(join(root, folder)).flatMap(({ file, code }) =>
      [...code.replace(TEXTS, '""').matchAll(THROWS)].flatMap(([, thrown, macro]) => {
        const path = `${folder}/${file}`;
        if (thrown === "" || thrown === "Error" || (thrown === "to_js_error" && path === TO_JAVASCRIPT)) return [];
        return [`${path}: throws ${thrown ?? `by ${macro}`}: throw an Error of runtime/error.h, which has a code`];
      }),
    ),
  );
}
