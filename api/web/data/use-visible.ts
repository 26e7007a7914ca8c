/** Whether an element is on (or near) the screen: rows out of sight neither tick nor ask. */

import { useLayoutEffect, useRef, useState } from 'preact/hooks'

const told = new WeakMap<Element, (isVisible: boolean) => void>()
const observer = new IntersectionObserver(
  (entries) => {
    entries.forEach((entry) => told.get(entry.target)?.(entry.isIntersecting))
  },
  { rootMargin: '200px' },
)

/** Attach `ref` to the element. */
export const useVisible = <E extends Element>() => {
  const ref = useRef<E>(null)
  const [isVisible, setVisible] = useState(false)
  useLayoutEffect(() => {
    const element = ref.current
    if (element === null) return undefined
    told.set(element, setVisible)
    observer.observe(element)
    return () => {
      observer.unobserve(element)
    }
  }, [])
  return { ref, isVisible }
}
