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

/** The subject-and-test parts, the values and the answers that a value entry reads of this visit. */
export function valueReads (value) {
  const name = formulaOf(value)
  const body = value[name]
  const named = (ids) => ids.filter((id) => id !== undefined && id !== 'visited_on' && id !== 'as_of')
  if (name === 'cases') {
    const then = [...body.map((one) => one.then), value.otherwise]
    const read = body.flatMap((one) => parts(one.when))
    return {
      parts: read,
      answers: read.filter((part) => 'answer' in part).flatMap((part) =>
        [part.answer, part.on_or_before, part.on_or_after].filter((one) => one !== undefined)),
      values: then.filter((one) => one !== null && typeof one === 'object').map((one) => one.value)
    }
  }
  if (name === 'sum' || name === 'max' || name === 'min') {
    const answers = body.map((term) => term.answer).filter((one) => one !== undefined)
    return { parts: [], answers, values: named(body.map((term) => term.value)) }
  }
  if (name === 'band') return { parts: [], answers: [], values: [body.of] }
  if (name === 'worst') return { parts: [], answers: [], values: body.of }
  if (name === 'newest') return { parts: [], answers: [], values: named([body.before]) }
  if (name === 'count_visits') return { parts: [], answers: [], values: named([body.ending]) }
  if (name === 'add_months') return { parts: [], answers: [], values: named([body.to]) }
  return { parts: [], values: [] }
}

/**
 * Turn a value entry into a function of a visit's state; undefined means that there is no value.
 * `points` are those that concern the visit, `severities` all there are, worst first.
 */
export function compileValue (value, points, severities, questions) {
  const name = formulaOf(value)
  const body = value[name]
  switch (name) {
    case 'cases': return cases(body, value.otherwise)
    case 'share': return share(points, body)
    case 'sum': case 'max': case 'min': return total(name, body.map((one) => term(one, questions)))
    case 'count_findings': return countFindings(points, body)
    case 'band': return band(body.of, body.steps)
    case 'cap': return cap(body.steps, body.otherwise, severities)
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

/** The rules that a share counts: what each weighs, and what not meeting it costs by severity. */
export function weightsIn (share, points) {
  const found = new Map()
  for (const { id, worth } of points) {
    if (!worth.weight || !worth.scored || (share.core_only && !worth.core)) continue
    const times = worth.core ? share.core_times ?? 1 : 1
    const costs = new Map([...worth.costs].map(([severity, cost]) => [severity, times * cost]))
    found.set(id, { weight: times * worth.weight, costs })
  }
  return found
}

function share (points, body) {
  const weights = weightsIn(body, points)
  return (state) => {
    let [whole, low, high] = [0, 0, 0]
    for (const [id, { weight, costs }] of weights) {
      const outcome = state.findings.get(id)
      if (!['met', 'not_met', 'not_assessed'].includes(outcome)) continue
      const [gravest, lightest] = state.endsOfSeverity(id)
      whole += weight
      low += outcome === 'met' ? weight : weight - costs.get(gravest)
      high += outcome === 'not_met' ? weight - costs.get(lightest) : weight
    }
    if (whole === 0) return undefined
    const ends = [Math.floor((100 * low) / whole), Math.floor((100 * high) / whole)]
    return ends[0] === ends[1] ? ends[0] : new Range(...ends)
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

function countFindings (points, body) {
  const core = new Map(points.map((point) => [point.id, point.worth.core]))
  const matches = (state, id, outcome) => body.outcome.includes(outcome) &&
    (body.severity === undefined || body.severity.includes(state.severities.get(id))) &&
    (body.core === undefined || core.get(id) === body.core)
  return (state) => [...state.findings].filter(([id, outcome]) => matches(state, id, outcome)).length
}

/** The function from a number to the code of the first step that holds it. */
export function stepOf (steps) {
  return (number) => String(steps.find((step) =>
    (step.at_least === undefined || scaled(number) >= scaled(step.at_least)) &&
    (step.at_most === undefined || scaled(number) <= scaled(step.at_most))).then)
}

function band (of, steps) {
  const code = stepOf(steps)
  return (state) => {
    const value = state.values.get(of)
    if (value === undefined) return undefined
    if (!(value instanceof Range)) return code(value)
    const [low, high] = [code(value.low), code(value.high)]
    return low === high ? low : new Range(low, high)
  }
}

/** The first step of a cap that names each severity; the number of steps where none does. */
export function placesIn (steps, severities) {
  const named = steps.map((step) => step.severity)
  return new Map(severities.map((severity) =>
    [severity, named.includes(severity) ? named.indexOf(severity) : steps.length]))
}

function cap (steps, otherwise, severities) {
  const codes = [...steps.map((step) => step.at_best), otherwise].map(String)
  const place = placesIn(steps, severities)
  return (state) => {
    let [low, high] = [steps.length, steps.length]
    for (const [id, outcome] of state.findings) {
      if (outcome !== 'not_met' && outcome !== 'not_assessed') continue
      const [gravest, lightest] = state.endsOfSeverity(id)
      low = Math.min(low, place.get(gravest))
      if (outcome === 'not_met') high = Math.min(high, place.get(lightest))
    }
    return low === high ? codes[low] : new Range(codes[low], codes[high])
  }
}

function worst (names, order, unsettled) {
  const codes = order.map(String)
  return (state) => {
    let [low, high] = [-1, -1]
    for (const name of names) {
      const value = state.values.get(name)
      if (value === undefined) return undefined
      const ends = value instanceof Range ? [value.low, value.high] : [value, value]
      const ranks = ends.map((code) => codes.indexOf(String(code)))
      low = Math.max(low, ...ranks)
      high = Math.max(high, Math.min(...ranks))
    }
    return low === high ? codes[low] : String(unsettled)
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
