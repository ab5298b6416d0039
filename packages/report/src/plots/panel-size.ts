import { kind } from "@autocircuit/base";

/** Size of a panel in pixels, without axes and legend. */
export interface PanelSize {
  readonly width: number;
  readonly height: number;
}

/** What {@link PanelSize} may be. */
export const panelKinds = { width: kind.positive, height: kind.positive };

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
