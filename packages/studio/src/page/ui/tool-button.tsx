import type { ComponentChildren } from "preact";

/** A button of a toolbar, which is a sign: what it does is said in words besides, with its key. */
export function ToolButton({
  id,
  label,
  about = label,
  keys,
  disabled = false,
  onClick,
  children,
}: {
  id?: string;
  label: string;
  /** In words, where that is more than the label. */
  about?: string;
  keys?: string;
  disabled?: boolean;
  onClick: () => void;
  children: ComponentChildren;
}) {
  return (
    <button
      type="button"
      {...(id !== undefined && { id })}
      aria-label={label}
      title={keys === undefined ? about : `${about} (${keys})`}
      disabled={disabled}
      onClick={onClick}
    >
      {children}
    </button>
  );
}

/** Light or dark. */
export function ThemeButton({ dark, keys, onClick }: { dark: boolean; keys?: string; onClick: () => void }) {
  return (
    <ToolButton
      id="theme"
      label={dark ? "Light colours" : "Dark colours"}
      about="Light or dark"
      {...(keys !== undefined && { keys })}
      onClick={onClick}
    >
      {dark ? "☀" : "☾"}
    </ToolButton>
  );
}
