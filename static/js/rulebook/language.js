// The version of the rulebook language this engine was written for (compliance/rulebook/language.py).
// A tablet may have kept an older engine than the rules it is given: then it must not judge, and says so.

export const LANGUAGE = 2

/** The rules are written for another engine than this one. */
export class OtherEngine extends Error {
  constructor (wanted) {
    super(`these rules need an engine of version ${wanted}; this one is of version ${LANGUAGE}`)
    this.name = 'OtherEngine'
    this.wanted = wanted
  }
}
