import { figure } from "../ui/numbers.ts";
import { useStudio } from "../ui/studio-context.ts";

/** An edge in a list: a switch that ablates it, its score, and a way out of the circuit. */
export function EdgeRow({ edge }: { edge: number }) {
  const studio = useStudio();
  const ablated = studio.ablated.value.has(edge);
  const name = studio.edges.name(edge);
  const ranking = studio.ranking.value;
  const scored = studio.scoreSets.find(studio.state.scores)?.kind === "scores";
  const mark = (own: number | null) => () => {
    studio.marked.value = own;
  };
  return (
    <li class={ablated ? "edge-row ablated" : "edge-row"}>
      <button
        type="button"
        class="edge-name"
        aria-pressed={ablated}
        title={ablated ? "Restore" : "Ablate"}
        data-edge={edge}
        onClick={() => studio.toggle([edge])}
        onMouseEnter={mark(edge)}
        onMouseLeave={mark(null)}
        onFocus={mark(edge)}
        onBlur={mark(null)}
      >
        {name.replace("->", " → ")}
      </button>
      {scored && ranking && <span class="value">{figure(ranking.values[edge])}</span>}
      <button
        type="button"
        class="plain"
        title="Take out of the circuit, or put back"
        aria-label={`Take ${name} out of the circuit, or put it back`}
        onClick={() => studio.toggleMember(edge)}
      >
        ±
      </button>
    </li>
  );
}
