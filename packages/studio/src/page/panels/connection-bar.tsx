import { useStudio } from "../ui/studio-context.ts";

/** Opens another address of this machine in the state that the page is in. */
function goTo(text: FormDataEntryValue | null): void {
  const address = URL.parse(String(text));
  if (address?.protocol !== "http:" || !["127.0.0.1", "localhost"].includes(address.hostname)) return;
  address.hash = location.hash;
  location.assign(address);
}

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
        <form
          class="bar bad"
          data-connection="locked"
          onSubmit={(event) => {
            event.preventDefault();
            goTo(new FormData(event.currentTarget).get("address"));
          }}
        >
          <label for="new-address">Another server has taken the place of this one. The address that it printed:</label>
          <input id="new-address" name="address" type="url" placeholder="http://127.0.0.1:…" />
          <button type="submit">Go on there</button>
        </form>
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
