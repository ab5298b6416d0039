import { useStudio } from "../ui/studio-context.ts";

/** What the page has to say about itself: the server is gone, a state was opened in part. */
export function ConnectionBar() {
  const studio = useStudio();
  const state = studio.connection.state.value;
  const notice = studio.notice.value ?? studio.scoreSets.error.value;
  return (
    <div aria-live="assertive">
      {state === "gone" && (
        <p class="bar bad" data-connection="gone">
          The server does not answer. Numbers stay as they were; the page asks again each second.
        </p>
      )}
      {state === "locked" && (
        <p class="bar bad" data-connection="locked">
          Another server has taken the place of this one. Open the address that it printed when it started.
        </p>
      )}
      {!studio.api.live && <p class="bar">Kept as a file: everything can be looked at; new runs need the studio.</p>}
      {notice && (
        <p class="bar" data-notice>
          {notice}
          <button
            type="button"
            class="plain"
            aria-label="Close"
            onClick={() => {
              studio.notice.value = null;
              studio.scoreSets.error.value = null;
            }}
          >
            ×
          </button>
        </p>
      )}
    </div>
  );
}
