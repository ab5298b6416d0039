/** A button that opens a file of the person's. */
export function FileButton({ id, onFile }: { id: string; onFile: (file: File) => void }) {
  return (
    <label class="file">
      Open a file
      <input
        id={id}
        class="sr-only"
        type="file"
        accept=".json,application/json"
        onChange={(event) => {
          const [file] = event.currentTarget.files ?? [];
          if (file) onFile(file);
          event.currentTarget.value = "";
        }}
      />
    </label>
  );
}
