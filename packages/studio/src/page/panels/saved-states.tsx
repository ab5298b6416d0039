import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { messageOf } from "../client/errors.ts";
import { download, fileName } from "../keep/download.ts";
import { useStudio } from "../ui/studio-context.ts";

/** A state's file is no larger than this. */
const mostBytes = 8 << 20;

/** The page's state: in its address, in a file, and on the server where that may write. */
export function SavedStates() {
  const studio = useStudio();
  const names = useSignal<readonly string[]>([]);
  const name = useSignal("");
  const said = useSignal<{ text: string; bad: boolean } | null>(null);
  const keeps = studio.session.savesTo !== null;
  const attempt = async (work: () => Promise<string | null>) => {
    try {
      const text = await work();
      said.value = text === null ? null : { text, bad: false };
    } catch (error) {
      said.value = { text: messageOf(error), bad: true };
    }
  };
  useEffect(() => {
    if (!keeps) return;
    studio.api.states().then(
      (list) => {
        names.value = list;
      },
      (error) => {
        said.value = { text: messageOf(error), bad: true };
      },
    );
  }, [studio, keeps, names, said]);
  const open = async (file: File | undefined) => {
    if (!file) return null;
    if (file.size > mostBytes) throw new Error("This file is too large for a state.");
    studio.load(JSON.parse(await file.text()));
    return `Opened ${file.name}.`;
  };
  return (
    <section class="block" aria-label="State of the page">
      <h2>State of the page</h2>
      <div class="buttons">
        <button
          type="button"
          id="copy-address"
          onClick={() =>
            attempt(async () => {
              await navigator.clipboard.writeText(location.href);
              return "The address, token included, is on the clipboard.";
            })
          }
        >
          Copy the address
        </button>
        <button
          type="button"
          id="save-state"
          onClick={() =>
            download(fileName(`${studio.session.title} state`, "json"), JSON.stringify(studio.state, null, 1))
          }
        >
          Save to a file
        </button>
        <label class="file">
          Open a file
          <input
            id="open-state"
            class="sr-only"
            type="file"
            accept=".json,application/json"
            onChange={(event) => {
              const [file] = event.currentTarget.files ?? [];
              void attempt(() => open(file));
              event.currentTarget.value = "";
            }}
          />
        </label>
      </div>
      {keeps && (
        <form
          class="line"
          onSubmit={(event) => {
            event.preventDefault();
            const own = name.value.trim();
            if (own === "") return;
            void attempt(async () => {
              await studio.api.writeState(own, studio.state);
              names.value = await studio.api.states();
              return `Kept as “${own}” in ${studio.session.savesTo}.`;
            });
          }}
        >
          <input
            type="text"
            placeholder="name"
            aria-label="Name of the state"
            value={name.value}
            onInput={(event) => {
              name.value = event.currentTarget.value;
            }}
          />
          <button type="submit" disabled={name.value.trim() === ""}>
            Keep on the server
          </button>
        </form>
      )}
      <ul class="chips plain-chips">
        {names.value.map((own) => (
          <li key={own}>
            <button
              type="button"
              onClick={() =>
                attempt(async () => {
                  studio.load(await studio.api.readState(own));
                  return `Opened “${own}”.`;
                })
              }
            >
              {own}
            </button>
          </li>
        ))}
      </ul>
      {said.value && (
        <p class={said.value.bad ? "bad" : "hint"} role="status">
          {said.value.text}
        </p>
      )}
    </section>
  );
}
