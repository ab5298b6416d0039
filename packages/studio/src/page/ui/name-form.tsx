import { useSignal } from "@preact/signals";

/** A name and the button that does something under it. */
export function NameForm({
  id,
  label,
  action,
  disabled = false,
  keeps = false,
  onName,
}: {
  id?: string;
  label: string;
  action: string;
  disabled?: boolean;
  /** Whether the name stays after it was given. */
  keeps?: boolean;
  onName: (name: string) => void;
}) {
  const name = useSignal("");
  const own = name.value.trim();
  return (
    <form
      class="line"
      onSubmit={(event) => {
        event.preventDefault();
        if (own === "" || disabled) return;
        onName(own);
        if (!keeps) name.value = "";
      }}
    >
      <input
        type="text"
        {...(id !== undefined && { id })}
        placeholder="name"
        aria-label={label}
        value={name.value}
        onInput={(event) => {
          name.value = event.currentTarget.value;
        }}
      />
      <button type="submit" disabled={disabled || own === ""}>
        {action}
      </button>
    </form>
  );
}
