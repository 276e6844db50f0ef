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

/**
 * One visit under assessment. Absent keys of `answers` and `facts` were not observed. `inDoubt` has, for a
 * rule whose severity rests on an open question, the gravest and the lightest it may turn out to have.
 */
export class State {
  constructor ({ visitedOn, asOf, dims, answers, facts, moment }) {
    Object.assign(this, { visitedOn, asOf, dims, answers, facts, moment })
    this.findings = new Map()
    this.severities = new Map()
    this.inDoubt = new Map()
    this.fired = new Set()
    this.values = new Map()
    this.visits = []
  }
  /** The gravest and the lightest severity that a rule may turn out to have. */
  endsOfSeverity (rule) {
    const severity = this.severities.get(rule)
    return this.inDoubt.get(rule) ?? [severity, severity]
  }
}
