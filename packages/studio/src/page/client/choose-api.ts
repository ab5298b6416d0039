import { embedded } from "./embedded.ts";
import { serverApi } from "./server-api.ts";
import type { StudioApi } from "./studio-api.ts";

/** The page's own data where it has some (a file that was mailed), else the server. */
export function chooseApi(): StudioApi {
  return embedded() ?? serverApi;
}
