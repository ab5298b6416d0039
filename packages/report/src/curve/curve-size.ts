/** Size of the plotting area in pixels, without axes and legend. */
export interface CurveSize {
  readonly width: number;
  readonly height: number;
}
