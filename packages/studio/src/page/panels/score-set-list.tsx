import { firstSize } from "../state/page-state.ts";
import { counted } from "../ui/numbers.ts";
import { useStudio } from "../ui/studio-context.ts";

/** All score sets and circuits that are known, to be shown or laid over. */
export function ScoreSetList() {
  const studio = useStudio();
  const { scores, overlay } = studio.state;
  return (
    <section class="block" aria-label="Scores and circuits">
      <h2>Scores and circuits</h2>
      {studio.scoreSets.list.value.length === 0 && <p class="hint">None yet: discover some above.</p>}
      <ul class="score-sets">
        {studio.scoreSets.list.value.toReversed().map((set) => (
          <li key={set.id}>
            <span class="text">
              <b>{set.name}</b>
              <span class="soft">
                {set.kind === "circuit" ? `circuit of ${counted(set.size, "edge")}` : "scores"} · {set.origin}
              </span>
            </span>
            <button
              type="button"
              aria-pressed={scores === set.id}
              onClick={() =>
                studio.change({ scores: set.id, size: firstSize(set), threshold: null, add: [], remove: [] })
              }
            >
              Show
            </button>
            <button
              type="button"
              aria-pressed={overlay === set.id}
              onClick={() => studio.change({ overlay: overlay === set.id ? null : set.id })}
            >
              Compare
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
