import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";
import { useSize } from "./use-size.ts";

/** A list of any length, of which only the rows that are in view are in the page. Rows are of one height. */
export function VirtualList({
  count,
  rowHeight,
  label,
  row,
}: {
  count: number;
  rowHeight: number;
  label: string;
  row: (index: number) => ComponentChildren;
}) {
  const box = useRef<HTMLElement>(null);
  const top = useSignal(0);
  const height = useSignal(400);
  useSize(box, (_, now) => {
    height.value = now;
  });
  const first = Math.max(0, Math.floor(top.value / rowHeight) - 4);
  const last = Math.min(count, Math.ceil((top.value + height.value) / rowHeight) + 4);
  return (
    <section
      class="virtual"
      ref={box}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be within reach of the keyboard
      tabIndex={0}
      aria-label={label}
      onScroll={(event) => {
        top.value = event.currentTarget.scrollTop;
      }}
    >
      <div class="virtual-all" style={{ height: `${count * rowHeight}px` }}>
        <ul style={{ transform: `translateY(${first * rowHeight}px)` }}>
          {Array.from({ length: Math.max(0, last - first) }, (_, i) => row(first + i))}
        </ul>
      </div>
    </section>
  );
}
