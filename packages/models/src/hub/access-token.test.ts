import { expect, it } from "vitest";
import { textFolder } from "../../test/text-folder.ts";
import { findAccessToken } from "./access-token.ts";

it("takes the token from the environment, else from the file of the login", async () => {
  await using home = await textFolder({ token: "hf_stored\n", other: "hf_other" });
  const stored = { HF_HOME: home.folder };
  expect(await findAccessToken({ ...stored, HF_TOKEN: " hf_given " })).toBe("hf_given");
  expect(await findAccessToken(stored)).toBe("hf_stored");
  expect(await findAccessToken({ ...stored, HF_TOKEN_PATH: `${home.folder}/other` })).toBe("hf_other");
  expect(await findAccessToken({ HF_HOME: `${home.folder}/none` })).toBeUndefined();
});
