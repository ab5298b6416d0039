import { count } from "../ui/numbers.ts";
import { useStudio } from "../ui/studio-context.ts";
import { varyingRemark } from "./scene.ts";
import { statusNames } from "./shown-edges.ts";

/** The key of the picture: what the lines mean, and how many there are. */
export function GraphKey() {
  const { shown, ablated, scene } = useStudio();
  const counts = shown.value?.counts;
  if (!counts) return null;
  const remark = varyingRemark(scene.value);
  return (
    <ul class="graph-key" aria-label="Key">
      {counts.map((number, kind) =>
        number === 0 ? null : (
          <li key={statusNames[kind]}>
            <Sample kind={`status-${kind}`} /> {count(number)} {statusNames[kind]}
          </li>
        ),
      )}
      {ablated.value.size > 0 && (
        <li>
          <Sample kind="status-ablated" /> {count(ablated.value.size)} ablated
        </li>
      )}
      {remark !== null && <li>{remark}</li>}
    </ul>
  );
}

function Sample({ kind }: { kind: string }) {
  return (
    <svg class={`sample ${kind}`} width="22" height="6" aria-hidden="true">
      <line x1="1" y1="3" x2="21" y2="3" />
    </svg>
  );
}
