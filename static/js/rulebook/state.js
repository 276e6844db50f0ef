// What is known of one visit while it is being assessed; the twin of state.py.

export const NOT_OBSERVED = 'not_observed'
export const NOT_APPLICABLE = 'not_applicable'

/** A measurement as it was written: its text, and how many decimals were given. */
export class Measure {
  constructor (text) {
    this.text = text
    this.decimals = (text.split('.')[1] ?? '').length
  }
}

/** When a visit took place: its place in the history (later is larger), and its date. */
export class Moment {
  constructor (order, on) {
    this.order = order
    this.on = on
  }
}

/** A number or a code that is not settled: what it is at worst, and at best. */
export class Range {
  constructor (low, high) {
    this.low = low
    this.high = high
  }
}

/** One visit under assessment. Absent keys of `answers` and `facts` were not observed. */
export class State {
  constructor ({ visitedOn, asOf, dims, answers, facts, moment }) {
    Object.assign(this, { visitedOn, asOf, dims, answers, facts, moment })
    this.findings = new Map()
    this.severities = new Map()
    this.fired = new Set()
    this.values = new Map()
    this.visits = []
  }
}
