import type { Signal } from "@preact/signals";
import type { ComponentChildren } from "preact";

interface Tab<K extends string> {
  key: K;
  title: string;
  body: () => ComponentChildren;
}

/** Tabs, as the pattern of WAI-ARIA has them: arrow keys choose, only the chosen one is in the order of Tab. */
export function Tabs<K extends string>({
  label,
  chosen,
  tabs,
}: {
  label: string;
  chosen: Signal<K>;
  tabs: readonly Tab<K>[];
}) {
  const now = tabs.find(({ key }) => key === chosen.value) ?? tabs[0]!;
  const step = (event: KeyboardEvent) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    const next = tabs[(tabs.indexOf(now) + by + tabs.length) % tabs.length]!;
    chosen.value = next.key;
    document.getElementById(`tab-${next.key}`)?.focus();
  };
  return (
    <>
      <div class="tabs" role="tablist" aria-label={label}>
        {tabs.map(({ key, title }) => (
          <button
            key={key}
            type="button"
            role="tab"
            id={`tab-${key}`}
            aria-selected={key === now.key}
            aria-controls="tab-body"
            tabIndex={key === now.key ? 0 : -1}
            onClick={() => {
              chosen.value = key;
            }}
            onKeyDown={step}
          >
            {title}
          </button>
        ))}
      </div>
      <div
        class="tab-body"
        role="tabpanel"
        id="tab-body"
        aria-labelledby={`tab-${now.key}`}
        key={now.key}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be within reach of the keyboard
        tabIndex={0}
      >
        {now.body()}
      </div>
    </>
  );
}
