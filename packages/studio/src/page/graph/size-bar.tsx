import { count, figure } from "../ui/numbers.ts";
import { useStudio } from "../ui/studio-context.ts";

/** Steps of the slider: sizes lie evenly on a logarithmic line. */
const steps = 1000;

/** The size of the circuit: a slider, its number, and the score at which it ends. */
export function SizeBar() {
  const studio = useStudio();
  const { scores, size, threshold } = studio.state;
  const set = studio.scoreSets.find(scores);
  const ranking = studio.ranking.value;
  if (!set || !ranking) {
    return (
      <div class="size-bar">
        <span class="soft">
          {scores === null ? `The whole graph: ${count(studio.edges.count)} edges` : "Reading scores …"}
        </span>
      </div>
    );
  }
  const most = set.kind === "circuit" ? set.size : ranking.ranked;
  const now = Math.min(size ?? most, most);
  const withTies = ranking.first(now).length;
  const choose = (next: number) =>
    studio.change({ size: Math.max(0, Math.min(most, Math.round(next))), threshold: null }, "size");
  return (
    <div class="size-bar">
      <label for="size-slider">Size</label>
      <input
        id="size-slider"
        type="range"
        min={0}
        max={steps}
        value={toStep(now, most)}
        aria-valuetext={`${count(now)} of ${count(most)} edges`}
        onInput={(event) => choose(toSize(event.currentTarget.valueAsNumber, most))}
        onKeyDown={(event) => {
          const by = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
          if (by === undefined) return;
          event.preventDefault();
          choose(now + by * Math.max(1, Math.floor(now * 0.01)));
        }}
      />
      <input
        class="number"
        type="number"
        min={0}
        max={most}
        value={now}
        aria-label="Edges in the circuit"
        onChange={(event) => {
          const { currentTarget: field } = event;
          if (Number.isFinite(field.valueAsNumber)) choose(field.valueAsNumber);
          field.value = String(Math.min(studio.state.size ?? most, most));
        }}
      />
      <span class="soft of">
        of {count(most)}
        {withTies > now && `: ${count(withTies)} with ties`}
      </span>
      {set.kind === "scores" && (
        <label class="threshold">
          <span class="soft">{ranking.rank === "signed" ? "score" : "|score|"} ≥</span>
          <input
            class="number"
            type="text"
            inputMode="decimal"
            value={threshold ?? figure(ranking.thresholdAt(now)).replace("−", "-")}
            aria-label="Smallest score"
            onChange={(event) => {
              const { currentTarget: field } = event;
              const least = field.value.trim() === "" ? Number.NaN : Number(field.value);
              if (least >= 0 || (ranking.rank === "signed" && Number.isFinite(least)))
                studio.change({ threshold: least, size: ranking.sizeAt(least) }, "size");
              // What is no threshold is not kept.
              else field.value = String(threshold ?? figure(ranking.thresholdAt(now)).replace("−", "-"));
            }}
          />
        </label>
      )}
    </div>
  );
}

function toStep(size: number, most: number): number {
  return most <= 0 ? 0 : (steps * Math.log1p(size)) / Math.log1p(most);
}

function toSize(step: number, most: number): number {
  return step >= steps ? most : Math.expm1((step / steps) * Math.log1p(most));
}
