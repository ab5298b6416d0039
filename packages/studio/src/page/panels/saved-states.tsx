import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { messageOf } from "../client/errors.ts";
import { download, fileName } from "../keep/download.ts";
import { Fault } from "../ui/fault.tsx";
import { FileButton } from "../ui/file-button.tsx";
import { NameForm } from "../ui/name-form.tsx";
import { useStudio } from "../ui/studio-context.ts";
import { useFault } from "../ui/use-fault.ts";

/** A state's file is no larger than this. */
const mostBytes = 8 << 20;

/** The page's state: in its address, in a file, and on the server where that may write. */
export function SavedStates() {
  const studio = useStudio();
  const names = useSignal<readonly string[]>([]);
  const said = useSignal<string | null>(null);
  const fault = useFault();
  const keeps = studio.session.savesTo !== null;
  const attempt = async (work: () => Promise<string | null>) => {
    said.value = null;
    fault.value = null;
    try {
      said.value = await work();
    } catch (error) {
      fault.value = messageOf(error);
    }
  };
  useEffect(() => {
    if (!keeps) return;
    studio.api.states().then(
      (list) => {
        names.value = list;
      },
      (error) => {
        fault.value = messageOf(error);
      },
    );
  }, [studio, keeps, names, fault, studio.connection.returns.value]);
  const open = async (file: File) => {
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
        <FileButton id="open-state" onFile={(file) => void attempt(() => open(file))} />
      </div>
      {keeps && (
        <NameForm
          label="Name of the state"
          action="Keep on the server"
          keeps
          onName={(name) =>
            void attempt(async () => {
              await studio.api.writeState(name, studio.state);
              names.value = await studio.api.states();
              return `Kept as “${name}” in ${studio.session.savesTo}.`;
            })
          }
        />
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
        <p class="hint" role="status">
          {said.value}
        </p>
      )}
      <Fault text={fault.value} />
    </section>
  );
}
