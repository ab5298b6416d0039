import type { GraphView } from "../graph/graph-view.ts";
import { isDark } from "../state/dark.ts";
import { firstSize } from "../state/page-state.ts";
import { count } from "../ui/numbers.ts";
import { useStudio } from "../ui/studio-context.ts";
import { ThemeButton, ToolButton } from "../ui/tool-button.tsx";
import { Search } from "./search.tsx";

/** What is looked at, and what is laid over it. */
export function TopBar({ view }: { view: () => GraphView | null }) {
  const studio = useStudio();
  const { session, state } = studio;
  const dark = isDark(state.dark);
  return (
    <header class="top">
      <div class="name">
        <h1>{session.title}</h1>
        <span class="soft">
          {[session.model, `${count(session.graph.edgeCount)} edges`, session.device].filter(Boolean).join(" · ")}
        </span>
      </div>
      <ScoreSetChoice
        id="scores"
        title="Circuit"
        none="whole graph"
        value={state.scores}
        onChoose={(id) => {
          const set = studio.scoreSets.find(id);
          studio.change({ scores: id, size: set ? firstSize(set) : null, threshold: null, add: [], remove: [] });
        }}
      />
      <ScoreSetChoice
        id="overlay"
        title="Compare with"
        none="nothing"
        value={state.overlay}
        onChoose={(id) => studio.change({ overlay: id })}
      />
      <Search view={view} />
      <div class="tools" role="toolbar" aria-label="Page">
        <ToolButton
          id="undo"
          label="Undo"
          keys="Ctrl Z"
          disabled={!studio.history.canUndo}
          onClick={() => studio.history.undo()}
        >
          ↶
        </ToolButton>
        <ToolButton
          id="redo"
          label="Redo"
          keys="Ctrl Shift Z"
          disabled={!studio.history.canRedo}
          onClick={() => studio.history.redo()}
        >
          ↷
        </ToolButton>
        <ThemeButton dark={dark} keys="t" onClick={() => studio.history.adjust({ dark: !dark })} />
        <ToolButton
          label="Keys"
          keys="?"
          onClick={() => {
            studio.dialog.value = "keys";
          }}
        >
          ?
        </ToolButton>
      </div>
    </header>
  );
}

function ScoreSetChoice({
  id,
  title,
  none,
  value,
  onChoose,
}: {
  id: string;
  title: string;
  none: string;
  value: string | null;
  onChoose: (id: string | null) => void;
}) {
  return (
    <label class="field">
      <span>{title}</span>
      <select id={id} value={value ?? ""} onChange={(event) => onChoose(event.currentTarget.value || null)}>
        <option value="">{none}</option>
        {useStudio().scoreSets.list.value.map((set) => (
          <option key={set.id} value={set.id}>
            {set.name}
          </option>
        ))}
      </select>
    </label>
  );
}
