import { Component, type ComponentType } from 'preact'

/** Draws a component again only when one of its properties is another object. */
export const memo = <P extends object>(Inner: ComponentType<P>): ComponentType<P> => {
  // A class owns the one thing that hooks cannot say: shouldComponentUpdate.
  return class Memo extends Component<P> {
    override shouldComponentUpdate(next: P): boolean {
      return (Object.keys(next) as (keyof P)[]).some((name) => next[name] !== this.props[name])
    }
    override render() {
      return <Inner {...this.props} />
    }
  }
}
