import { counted } from "../ui/numbers.ts";
import { useStudio } from "../ui/studio-context.ts";

/** More ablated edges than these are told by their number alone. */
const listed = 12;

/** The edges that are ablated, each with a way back. */
export function AblatedList() {
  const studio = useStudio();
  const { ablated, add, remove } = studio.state;
  const changed = add.length + remove.length;
  return (
    <section class="block" aria-label="Ablated edges">
      <div class="line">
        <h2 id="ablated-count">
          {ablated.length === 0 ? "Nothing ablated" : `${counted(ablated.length, "edge")} ablated`}
        </h2>
        {ablated.length > 0 && (
          <button type="button" class="plain" id="clear" onClick={() => studio.change({ ablated: [] })}>
            Restore all
          </button>
        )}
      </div>
      {ablated.length === 0 && (
        <p class="hint">Click an edge of the graph to ablate it; drag with Shift to catch many.</p>
      )}
      <ul class="chips">
        {ablated.slice(0, listed).map((edge) => (
          <li key={edge}>
            <button
              type="button"
              title="Restore"
              aria-label={`Restore ${studio.edges.name(edge)}`}
              onClick={() => studio.toggle([edge])}
              onMouseEnter={() => {
                studio.marked.value = edge;
              }}
              onMouseLeave={() => {
                studio.marked.value = null;
              }}
            >
              {studio.edges.name(edge).replace("->", " → ")} <span aria-hidden="true">×</span>
            </button>
          </li>
        ))}
        {ablated.length > listed && <li class="soft">and {ablated.length - listed} more</li>}
      </ul>
      {changed > 0 && (
        <p class="hint">
          {[add.length > 0 && `${add.length} put into the circuit`, remove.length > 0 && `${remove.length} taken out`]
            .filter(Boolean)
            .join(", ")}
          <button type="button" class="plain" onClick={() => studio.change({ add: [], remove: [] })}>
            Take back
          </button>
        </p>
      )}
    </section>
  );
}
