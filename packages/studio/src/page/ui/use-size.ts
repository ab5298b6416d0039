import type { RefObject } from "preact";
import { useEffect } from "preact/hooks";

/** Tells the size of an element, now and whenever it changes. */
export function useSize(ref: RefObject<HTMLElement | null>, tell: (width: number, height: number) => void): void {
  useEffect(() => {
    const element = ref.current!;
    const observer = new ResizeObserver(() => tell(element.clientWidth, element.clientHeight));
    observer.observe(element);
    tell(element.clientWidth, element.clientHeight);
    return () => observer.disconnect();
  }, []);
}
