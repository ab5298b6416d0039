import { kind } from "@autocircuit/base";

/** Size of a panel in pixels, without axes and legend. */
export interface PanelSize {
  readonly width: number;
  readonly height: number;
}

/** How panels are laid out. */
export interface PanelOptions extends Partial<PanelSize> {
  /** Most panels in a row. Default 3. */
  readonly columns?: number | undefined;
}

/** What {@link PanelOptions} may be. */
export const panelKinds = { width: kind.positive, height: kind.positive, columns: kind.count };

/** The size that was asked for, or the usual one. */
export function panelSize({
  width = 300,
  height = 240,
}: {
  width?: number | undefined;
  height?: number | undefined;
}): PanelSize {
  return { width, height };
}
