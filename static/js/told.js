// Texts of a page in the language of the page: it brings them along, by their English.

/** A function that says a text: `words` are the page's texts by their English, {1} is filled in. */
export function telling (words) {
  return (english, value = '') => (words[english] ?? english).replace('{1}', value)
}
