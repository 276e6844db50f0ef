// The formulas of a pack: cases, shares, sums, counts, bands, caps, moments and dates. Twin of values.py.

import { compileCondition, parts } from './conditions.js'
import { addMonths, scaled, unscaled } from './numbers.js'
import { Measure, Moment, Range } from './state.js'

const FORMULAS = ['cases', 'share', 'sum', 'max', 'min', 'count_findings', 'band', 'cap', 'worst',
  'newest', 'count_visits', 'add_months']
export const OVER_FINDINGS = new Set(['share', 'count_findings', 'cap'])
export const OVER_HISTORY = new Set(['newest', 'count_visits'])

/** The name of the one formula in a value entry. */
export function formulaOf (value) {
  return FORMULAS.find((name) => name in value)
}

/** The subject-and-test parts, and the values, that a value entry reads of this visit. */
export function valueReads (value) {
  const name = formulaOf(value)
  const body = value[name]
  const named = (ids) => ids.filter((id) => id !== undefined && id !== 'visited_on' && id !== 'as_of')
  if (name === 'cases') {
    const then = [...body.map((one) => one.then), value.otherwise]
    return {
      parts: body.flatMap((one) => parts(one.when)),
      values: then.filter((one) => one !== null && typeof one === 'object').map((one) => one.value)
    }
  }
  if (name === 'sum' || name === 'max' || name === 'min') {
    return { parts: [], values: named(body.map((term) => term.value)) }
  }
  if (name === 'band') return { parts: [], values: [body.of] }
  if (name === 'worst') return { parts: [], values: body.of }
  if (name === 'newest') return { parts: [], values: named([body.before]) }
  if (name === 'count_visits') return { parts: [], values: named([body.ending]) }
  if (name === 'add_months') return { parts: [], values: named([body.to]) }
  return { parts: [], values: [] }
}

/** Turn a value entry into a function of a visit's state; undefined means that there is no value. */
export function compileValue (value, rules, weights, questions, ofSeverity) {
  const name = formulaOf(value)
  const body = value[name]
  switch (name) {
    case 'cases': return cases(body, value.otherwise)
    case 'share': return share(rules, weights, Boolean(body.core_only), ofSeverity)
    case 'sum': case 'max': case 'min': return total(name, body.map((one) => term(one, questions)))
    case 'count_findings': return countFindings(rules, body)
    case 'band': return band(body.of, body.steps)
    case 'cap': return cap(body.steps, body.otherwise)
    case 'worst': return worst(body.of, body.order, body.unsettled)
    case 'newest': return newest(body)
    case 'count_visits': return countVisits(body)
    default: {
      const day = dayOf(body.to)
      return (state) => {
        const start = day(state)
        return start === undefined ? undefined : addMonths(start, body.months)
      }
    }
  }
}

function constant (then) {
  if (then !== null && typeof then === 'object') return (state) => state.values.get(then.value)
  return () => then
}

function cases (list, otherwise) {
  const compiled = list.map((one) => [compileCondition(one.when), constant(one.then)])
  const last = constant(otherwise)
  return (state) => {
    for (const [when, then] of compiled) if (when(state) === true) return then(state)
    return last(state)
  }
}

function share (rules, weights, coreOnly, ofSeverity) {
  const counted = (rule) => (rule.scored ?? true) && (rule.core || !coreOnly)
  const weight = new Map([...rules].map(([id, rule]) => [id, counted(rule) ? weights.get(id) : 0]))
  // A point not met costs no more than the weight of the severity it turned out to have.
  const softer = [...rules.keys()].filter((id) => weight.get(id) &&
    rules.get(id).version.some((version) => version.severity_when))
  return (state) => {
    const sum = { met: 0, not_met: 0, not_assessed: 0 }
    for (const [id, outcome] of state.findings) if (outcome in sum) sum[outcome] += weight.get(id)
    for (const id of softer) {
      if (state.findings.get(id) !== 'not_met') continue
      const severity = state.severities.get(id)
      const changed = rules.get(id).version.some((version) =>
        (version.severity_when ?? []).some((one) => one.then === severity))
      const spared = changed ? Math.max(0, weight.get(id) - (ofSeverity.get(severity) ?? 0)) : 0
      sum.met += spared
      sum.not_met -= spared
    }
    const all = sum.met + sum.not_met + sum.not_assessed
    if (all === 0) return undefined
    const low = Math.floor((100 * sum.met) / all)
    const high = Math.floor((100 * (sum.met + sum.not_assessed)) / all)
    return sum.not_assessed === 0 ? low : new Range(low, high)
  }
}

function term (one, questions) {
  if (typeof one !== 'object') return () => one
  if (one.value !== undefined) return (state) => state.values.get(one.value)
  if (one.points) {
    const known = Object.values(one.points)
    const unknown = new Range(Math.min(...known), Math.max(...known))
    return (state) => (state.answers.has(one.answer) ? one.points[state.answers.get(one.answer)] : unknown)
  }
  const limits = questions.get(one.answer)
  const bounds = 'min' in limits && 'max' in limits ? new Range(limits.min, limits.max) : undefined
  return (state) => state.answers.get(one.answer) ?? bounds
}

function total (name, terms) {
  const join = {
    sum: (sizes) => sizes.reduce((one, other) => one + other, 0n),
    max: (sizes) => sizes.reduce((one, other) => (one > other ? one : other)),
    min: (sizes) => sizes.reduce((one, other) => (one < other ? one : other))
  }[name]
  return (state) => {
    const ends = { low: [], high: [] }
    for (const one of terms) {
      const value = one(state)
      if (value === undefined) return undefined
      ends.low.push(scaled(value instanceof Range ? value.low : value))
      ends.high.push(scaled(value instanceof Range ? value.high : value))
    }
    const [low, high] = [join(ends.low), join(ends.high)]
    return low === high ? unscaled(low) : new Range(unscaled(low), unscaled(high))
  }
}

function countFindings (rules, body) {
  const matches = (state, id, outcome) => body.outcome.includes(outcome) &&
    (body.severity === undefined || body.severity.includes(state.severities.get(id))) &&
    (body.core === undefined || Boolean(rules.get(id).core) === body.core)
  return (state) => [...state.findings].filter(([id, outcome]) => matches(state, id, outcome)).length
}

function band (of, steps) {
  const code = (number) => steps.find((step) =>
    (step.at_least === undefined || scaled(number) >= scaled(step.at_least)) &&
    (step.at_most === undefined || scaled(number) <= scaled(step.at_most))).then
  return (state) => {
    const value = state.values.get(of)
    if (value === undefined) return undefined
    if (!(value instanceof Range)) return code(value)
    const [low, high] = [code(value.low), code(value.high)]
    return low === high ? low : new Range(low, high)
  }
}

function cap (steps, otherwise) {
  const best = (severities) => steps.find((step) => severities.has(step.severity))?.at_best ?? otherwise
  return (state) => {
    const failed = new Set()
    const open = new Set()
    for (const [id, outcome] of state.findings) {
      if (outcome === 'not_met') failed.add(state.severities.get(id))
      if (outcome === 'not_assessed') open.add(state.severities.get(id))
    }
    const [low, high] = [best(new Set([...failed, ...open])), best(failed)]
    return low === high ? low : new Range(low, high)
  }
}

function worst (names, order, unsettled) {
  return (state) => {
    let [low, high] = [-1, -1]
    for (const name of names) {
      const value = state.values.get(name)
      if (value === undefined) return undefined
      const ends = value instanceof Range ? [value.low, value.high] : [value, value]
      const ranks = ends.map((code) => order.indexOf(String(code)))
      low = Math.max(low, ...ranks)
      high = Math.max(high, Math.min(...ranks))
    }
    return low === high ? order[low] : unsettled
  }
}

function newest (body) {
  const where = compileCondition(body.where)
  return (state) => {
    let visits = state.visits
    if (body.before !== undefined) {
      const limit = state.values.get(body.before)
      visits = limit instanceof Moment ? visits.slice(0, limit.order) : []
    }
    return [...visits].reverse().find((visit) => where(visit) === true)?.moment
  }
}

function dayOf (name) {
  if (name === 'visited_on') return (state) => state.visitedOn
  if (name === 'as_of') return (state) => state.asOf
  return (state) => {
    const value = state.values.get(name)
    return value instanceof Moment ? value.on : value
  }
}

function countVisits (body) {
  const where = compileCondition(body.where)
  const ending = dayOf(body.ending ?? 'as_of')
  const within = (visit, end) => visit.visitedOn <= end &&
    (body.months === undefined || addMonths(visit.visitedOn, body.months) >= end)
  return (state) => {
    const end = ending(state)
    if (end === undefined) return 0
    return state.visits.filter((visit) => within(visit, end) && where(visit) === true).length
  }
}

/** A value as JSON knows it. */
export function plain (value) {
  if (value instanceof Moment) return value.on
  if (value instanceof Measure) return unscaled(scaled(value))
  return value
}
