/** Tells pages (tabs) apart: any text of at most 64 letters and digits that a page keeps for as long as it is open. */
export const PAGE_HEADER = "x-studio-page";

/**
 * Counts a page's requests to one path, from 0. A request with a higher number cancels those of the same page and path that are still
 * waiting or running, and one that comes in late is refused.
 */
export const SEQUENCE_HEADER = "x-studio-sequence";
