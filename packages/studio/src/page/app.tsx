import { useSignal, useSignalEffect } from "@preact/signals";
import { useCallback, useEffect } from "preact/hooks";
import type { GraphSession, PageState, Session } from "../api/index.ts";
import { chooseApi } from "./client/choose-api.ts";
import { messageOf, Refusal } from "./client/errors.ts";
import { AttributionPage } from "./panels/attribution-page.tsx";
import { Workbench } from "./panels/workbench.tsx";
import { decodeState } from "./state/address.ts";
import { isDark } from "./state/dark.ts";
import { firstState, openedWithout, readState, unreadable } from "./state/page-state.ts";
import { Studio } from "./state/studio.ts";
import { StudioProvider } from "./ui/studio-context.ts";

/** Opens the session, and opens it anew where another server has taken the place of the one before. */
export function App() {
  const studio = useSignal<Studio | null>(null);
  /** A server without a model: only its attribution graph is shown, light or dark as is chosen here. */
  const viewer = useSignal<GraphSession | null>(null);
  const viewerDark = useSignal<boolean | null>(null);
  const failed = useSignal<{ message: string; again: boolean } | null>(null);

  const open = useCallback(
    (session: Session, state: PageState, notice: string | null) => {
      studio.peek()?.stop();
      const next = new Studio(api, session, state, (another) => {
        const { state: kept, left } = readState(studio.peek()!.state, another);
        const lost = left.length > 0 ? ` Without ${left.join("; ")}.` : "";
        open(another, kept, `The server was started again; the page has taken it up.${lost}`);
      });
      next.notice.value = notice;
      studio.value = next;
      document.title = `${session.title} · AutoCircuit studio`;
    },
    [studio],
  );

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const begin = async (): Promise<void> => {
      try {
        const session = await api.session();
        if (session.graph === null) {
          viewer.value = session;
          document.title = `${session.title} · AutoCircuit studio`;
        } else {
          const { state, notice } = await fromAddress(session);
          open(session, state, notice);
        }
        failed.value = null;
      } catch (error) {
        const locked = error instanceof Refusal && [401, 403].includes(error.status);
        failed.value = { message: messageOf(error), again: !locked };
        if (!locked) timer = setTimeout(begin, 1000);
      }
    };
    void begin();
    return () => clearTimeout(timer);
  }, [open, failed, viewer]);

  useSignalEffect(() => {
    const dark = isDark(studio.value ? studio.value.state.dark : viewerDark.value);
    document.documentElement.dataset.theme = dark ? "dark" : "light";
  });

  if (viewer.value) {
    const dark = isDark(viewerDark.value);
    return (
      <AttributionPage
        api={api}
        dark={dark}
        onDark={() => {
          viewerDark.value = !dark;
        }}
      />
    );
  }
  if (studio.value) {
    return (
      <StudioProvider value={studio.value}>
        <Workbench key={studio.value.session.run} />
      </StudioProvider>
    );
  }
  return (
    <main class="opening">
      <h1>AutoCircuit studio</h1>
      {failed.value ? (
        <>
          <p role="alert">{failed.value.message}</p>
          <p class="soft">
            {failed.value.again
              ? "Asking again each second."
              : "Open the address that the server printed when it started: it holds a token without which nothing is answered."}
          </p>
        </>
      ) : (
        <p class="soft" role="status">
          Opening …
        </p>
      )}
    </main>
  );
}

const api = chooseApi();

/** The state that the address or the page's own data names, else where a page begins. */
async function fromAddress(session: Session): Promise<{ state: PageState; notice: string | null }> {
  try {
    const value = (await decodeState(location.hash)) ?? api.state ?? null;
    if (value === null) return { state: firstState(session), notice: null };
    const { state, left } = readState(value, session);
    return { state, notice: openedWithout(left) };
  } catch (error) {
    return { state: firstState(session), notice: unreadable(error) };
  }
}
