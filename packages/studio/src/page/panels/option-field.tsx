import type { OptionSpec } from "@autocircuit/discovery";
import { useId } from "preact/hooks";

/** What a field holds: text as it was typed, or whether it is ticked; undefined where it was left alone. */
export type FieldValue = string | boolean | readonly string[] | undefined;

/** A field for an option of an algorithm, with what it means. */
export function OptionField({
  option,
  value,
  onChange,
}: {
  option: OptionSpec;
  value: FieldValue;
  onChange: (value: FieldValue) => void;
}) {
  const id = useId();
  const usual = option.default === undefined ? "" : [option.default].flat().join(", ");
  return (
    <div class="option">
      <label for={id}>
        {option.name}
        {option.required && <span class="soft"> (needed)</span>}
      </label>
      {input()}
      <p id={`${id}-what`}>{option.description}</p>
    </div>
  );

  function input() {
    const common = { id, "aria-describedby": `${id}-what` };
    if (option.type === "boolean") {
      return (
        <input
          {...common}
          type="checkbox"
          checked={(value ?? option.default) === true}
          onChange={(event) => onChange(event.currentTarget.checked)}
        />
      );
    }
    if (option.choices && option.type !== "names") {
      return (
        <select
          {...common}
          value={typeof value === "string" ? value : usual}
          onChange={(event) => onChange(event.currentTarget.value || undefined)}
        >
          {usual === "" && <option value="">–</option>}
          {option.choices.map((choice) => (
            <option key={choice} value={choice}>
              {choice}
            </option>
          ))}
        </select>
      );
    }
    return (
      <input
        {...common}
        type="text"
        inputMode={option.type === "number" || option.type === "integer" ? "decimal" : "text"}
        placeholder={usual || (option.type === "sizes" || option.type === "numbers" ? "1, 2, 3" : "")}
        value={typeof value === "string" ? value : ""}
        onInput={(event) => onChange(event.currentTarget.value.trim() === "" ? undefined : event.currentTarget.value)}
      />
    );
  }
}

/**
 * An option's value from what its field holds; undefined where it was left alone.
 *
 * @throws Error naming the option, where a number was asked for and something else was typed
 */
export function optionValue({ name, type }: OptionSpec, value: FieldValue): unknown {
  if (value === undefined || typeof value !== "string") return value;
  const number = (text: string) => {
    const parsed = Number(text);
    if (text.trim() === "" || Number.isNaN(parsed)) throw new Error(`\`${name}\`: “${text}” is not a number.`);
    return parsed;
  };
  const list = value.split(",").map((part) => part.trim());
  switch (type) {
    case "number":
    case "integer":
      return number(value);
    case "numbers":
      return list.map(number);
    case "sizes":
      return list.map((part) => (part === "true_size" ? part : number(part)));
    case "names":
    case "edges":
      return list;
    default:
      return value;
  }
}
