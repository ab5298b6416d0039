import { useEffect, useRef } from "preact/hooks";
import { keyList } from "../keyboard/keys.ts";
import { useStudio } from "../ui/studio-context.ts";

/** All keys of the page. */
export function KeysDialog() {
  const studio = useStudio();
  const dialog = useRef<HTMLDialogElement>(null);
  const open = studio.dialog.value === "keys";
  useEffect(() => {
    if (open) dialog.current?.showModal();
    else dialog.current?.close();
  }, [open]);
  return (
    <dialog
      ref={dialog}
      aria-labelledby="keys-title"
      onClose={() => {
        studio.dialog.value = null;
      }}
    >
      <h2 id="keys-title">Keys</h2>
      <dl class="keys">
        {keyList.map(([keys, what]) => (
          <div key={keys}>
            <dt>
              <kbd>{keys}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <h2>Pointer</h2>
      <p>
        Click an edge to ablate it, a node to see its edges, a chosen node to ablate what it writes. Drag to move, turn
        the wheel to zoom, drag with Shift to catch edges and nodes, click with Ctrl to pin.
      </p>
      <form method="dialog">
        <button type="submit">Close</button>
      </form>
    </dialog>
  );
}
