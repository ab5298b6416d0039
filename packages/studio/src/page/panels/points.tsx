import { useMemo } from "preact/hooks";
import type { PromptMeasures } from "../../api/index.ts";
import { figure } from "../ui/numbers.ts";
import { useStudio } from "../ui/studio-context.ts";

const size = { width: 336, height: 168, left: 34, bottom: 22, top: 6, right: 8 } as const;

/** A point a prompt: the full model's logit difference across, that of the circuit without the ablated edges upwards. */
export function Points({ rows }: { rows: readonly PromptMeasures[] }) {
  const studio = useStudio();
  const given = useMemo(
    () => rows.filter(({ full, patched }) => full.logitDiff !== null && patched.logitDiff !== null),
    [rows],
  );
  const scale = useMemo(() => scaleOf(given), [given]);
  const now = studio.state.prompt;
  if (given.length === 0) return null;
  return (
    <figure class="points">
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: as above */}
      <svg
        viewBox={`0 0 ${size.width} ${size.height}`}
        role="img"
        aria-label={`Logit difference of ${given.length} prompts: full model against ablated circuit`}
        onClick={(event) => {
          const index = (event.target as Element).getAttribute("data-index");
          if (index !== null) studio.change({ prompt: Number(index) }, "prompt");
        }}
      >
        <path class="axis" d={`M${size.left} ${size.top}V${scale.bottom}H${size.width - size.right}`} />
        <path
          class="even"
          d={`M${scale.x(scale.low)} ${scale.y(scale.low)}L${scale.x(scale.high)} ${scale.y(scale.high)}`}
        />
        {scale.low < 0 && scale.high > 0 && (
          <path class="zero" d={`M${size.left} ${scale.y(0)}H${size.width - size.right}`} />
        )}
        {given.map(({ index, full, patched }) => (
          <circle
            key={index}
            data-index={index}
            class={`${(patched.correct ?? 0) >= 1 ? "right" : "wrong"}${index === now ? " now" : ""}`}
            cx={scale.x(full.logitDiff!)}
            cy={scale.y(patched.logitDiff!)}
            r={index === now ? 4 : 2.6}
          />
        ))}
        <text x={size.left - 4} y={scale.y(scale.high) + 8} class="end">
          {figure(scale.high)}
        </text>
        <text x={size.left - 4} y={scale.bottom} class="end">
          {figure(scale.low)}
        </text>
        <text x={(size.left + size.width) / 2} y={size.height - 6} class="middle">
          logit difference, full model
        </text>
        <text x={-(size.height - size.bottom) / 2} y={10} class="middle" transform="rotate(-90)">
          ablated
        </text>
      </svg>
      <figcaption class="soft">Filled: right answer. Hollow: wrong. On the line: as the full model.</figcaption>
    </figure>
  );
}

function scaleOf(rows: readonly PromptMeasures[]) {
  const values = rows
    .flatMap(({ full, patched }) => [full.logitDiff ?? 0, patched.logitDiff ?? 0])
    .filter(Number.isFinite);
  const low = Math.min(0, ...values);
  const high = Math.max(low + 1e-6, ...values);
  const bottom = size.height - size.bottom;
  const share = (value: number) => (value - low) / (high - low);
  return {
    low,
    high,
    bottom,
    x: (value: number) => size.left + share(value) * (size.width - size.left - size.right - 4),
    y: (value: number) => bottom - share(value) * (bottom - size.top - 4),
  };
}
