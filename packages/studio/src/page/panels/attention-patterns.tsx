import { type Signal, useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import type { AttentionAnswer, AttentionPattern } from "../../api/index.ts";
import { percent } from "../ui/numbers.ts";
import { visible } from "../ui/tokens.tsx";
import { type Cell, labelledEvery, lookedAtMost, movedCell } from "./attention-cells.ts";

/** The square and the room for tokens at its left and above it, in units of the drawing, about pixels. */
const square = { side: 220, left: 70, top: 62 } as const;

/** So many letters of a token are written. */
const letters = 9;

/** Where a head looks, in the full model and with the ablation, and what both give to the cell that is looked at. */
export function AttentionPatterns({ name, answer }: { name: string; answer: AttentionAnswer }) {
  // Where the pointer is comes before where the keyboard is.
  const over = useSignal<Cell | null>(null);
  const at = useSignal<Cell | null>(null);
  const cell = over.value ?? at.value;
  const { tokens, full, patched } = answer;
  return (
    <>
      <p class="hint">
        A row is a token, its columns the tokens it looks at. Point at a cell, or go there with the arrow keys, for its
        numbers.
      </p>
      <p class="cell-value" aria-live="polite">
        {cell ? words(answer, cell) : ""}
      </p>
      <div class="patterns">
        <Pattern title={`${name}, full model`} tokens={tokens} pattern={full} cell={cell} over={over} at={at} />
        <Pattern title={`${name}, ablated`} tokens={tokens} pattern={patched} cell={cell} over={over} at={at} />
      </div>
    </>
  );
}

function words({ tokens, full, patched }: AttentionAnswer, [query, key]: Cell): string {
  const token = (position: number) => `${visible(tokens[position] ?? "")} [${position}]`;
  const both = (of: (pattern: AttentionPattern) => number | undefined) =>
    `full ${percent(of(full) ?? 0)}, ablated ${percent(of(patched) ?? 0)}`;
  const cell = `${token(query)} → ${token(key)}: ${both(({ rows }) => rows[query]?.[key])}`;
  const prefix = [full, patched].some((pattern) => (pattern.prefix[query] ?? 0) > 0);
  return prefix ? `${cell}; → prefix: ${both((pattern) => pattern.prefix[query])}` : cell;
}

/** A pattern as squares: queries downwards, keys across. */
function Pattern({
  title,
  tokens,
  pattern: { rows },
  cell,
  over,
  at,
}: {
  title: string;
  tokens: readonly string[];
  pattern: AttentionPattern;
  /** The cell that is told of, the one under the pointer, and the one that the keyboard is at. */
  cell: Cell | null;
  over: Signal<Cell | null>;
  at: Signal<Cell | null>;
}) {
  const count = Math.max(1, tokens.length);
  const side = square.side / count;
  const { left, top } = square;
  // Neither changes with the cell that is looked at.
  const cells = useMemo(() => cellsOf(rows, side), [rows, side]);
  const labels = useMemo(() => axes(tokens, side), [tokens, side]);
  return (
    <figure>
      <div
        class="pattern"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the arrow keys move over the cells in it
        tabIndex={0}
        role="application"
        aria-label={`${title}: attention of ${count} tokens. Arrow keys move from cell to cell, Home and End along a row.`}
        onFocus={() => {
          at.value ??= lookedAtMost(rows);
        }}
        onBlur={() => {
          at.value = null;
        }}
        onKeyDown={(event) => {
          const next = movedCell(at.value ?? lookedAtMost(rows), event.key, count);
          if (!next) return;
          event.preventDefault();
          at.value = next;
        }}
      >
        <svg
          viewBox={`0 0 ${left + square.side + 1} ${top + square.side + 1}`}
          aria-hidden="true"
          onPointerMove={(event) => {
            const box = event.currentTarget.getBoundingClientRect();
            const unit = box.width / (left + square.side + 1);
            const key = Math.floor(((event.clientX - box.left) / unit - left) / side);
            const query = Math.floor(((event.clientY - box.top) / unit - top) / side);
            over.value = rows[query]?.[key] === undefined ? null : [query, key];
          }}
          onPointerLeave={() => {
            over.value = null;
          }}
        >
          {labels}
          <g transform={`translate(${left} ${top})`}>
            <path class="rim" d={`M0 0H${square.side}V${square.side}H0Z`} />
            {cells}
            {cell && <path class="cursor" d={`M${cell[1] * side} ${cell[0] * side}h${side}v${side}h${-side}Z`} />}
          </g>
        </svg>
      </div>
      <figcaption>{title}</figcaption>
    </figure>
  );
}

function cellsOf(rows: AttentionPattern["rows"], side: number) {
  return rows.flatMap((row, query) =>
    row.map((weight, key) =>
      weight < 0.005 ? null : (
        <rect
          key={`${query}-${key}`}
          x={key * side}
          y={query * side}
          width={side}
          height={side}
          fill-opacity={weight}
        />
      ),
    ),
  );
}

/** The tokens at both axes: all of them, or of a long prompt as many as can be read. */
function axes(tokens: readonly string[], side: number) {
  const every = labelledEvery(side);
  const { left, top } = square;
  const shown = tokens.flatMap((token, position) => (position % every === 0 ? [{ token, position }] : []));
  return (
    <>
      <text class="axis" x={left - 4} y={top - 8} text-anchor="end">
        from ↓ to →
      </text>
      <g class="queries" text-anchor="end">
        {shown.map(({ token, position }) => (
          <text key={position} x={left - 4} y={top + (position + 0.5) * side + 3}>
            {clipped(token)}
          </text>
        ))}
      </g>
      <g class="keys-axis">
        {shown.map(({ token, position }) => (
          <text key={position} transform={`translate(${left + (position + 0.5) * side + 3} ${top - 4}) rotate(-90)`}>
            {clipped(token)}
          </text>
        ))}
      </g>
    </>
  );
}

function clipped(token: string): string {
  const text = visible(token);
  return text.length > letters ? `${text.slice(0, letters - 1)}…` : text;
}
