/** The nonce of this very answer: without it the browser applies no style that a script makes. */
export const nonce =
  document.querySelector<HTMLMetaElement>('meta[property=csp-nonce]')?.nonce ?? ''

const createElement = document.createElement.bind(document)

/** Some parts of the component library make style elements without asking for the nonce; now they have it. */
export function giveStylesTheNonce(): void {
  document.createElement = (name: string, options?: ElementCreationOptions) => {
    const element = createElement(name, options)
    if (element instanceof HTMLStyleElement) element.nonce = nonce
    return element
  }
}
