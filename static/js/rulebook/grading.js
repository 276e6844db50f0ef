// Whether the grade could still move: a grade that is the worst of bands of the score and of caps.
// Twin of grading.py, where the reckoning is explained.

import { compileCondition, parts } from './conditions.js'
import { scaled } from './numbers.js'
import { dimsMatch } from './dims.js'
import { State } from './state.js'
import { placesIn, stepOf } from './values.js'

const ONE = 10n ** 12n

/** What a visit's grade is made of; undefined where it is made in any other way. */
export function gradingOf (program, dims, score, grade) {
  const { values } = program
  const top = followed(values, grade, dims)
  if (!top?.worst || !values.get(score)?.share) return undefined
  const rank = new Map(top.worst.order.map((code, place) => [String(code), place]))
  const severities = [...program.severityWeights.keys()]
  const borders = []
  let ranks = [0]
  let place = new Map(severities.map((severity) => [severity, 0]))
  for (const name of top.worst.of) {
    const part = followed(values, name, dims)
    if (part?.band?.of === score) {
      const code = stepOf(part.band.steps)
      const edges = new Set()
      for (const step of part.band.steps) {
        if (step.at_least !== undefined) edges.add(-Number(floorOf(-scaled(step.at_least))))
        if (step.at_most !== undefined) edges.add(Number(floorOf(scaled(step.at_most))) + 1)
      }
      for (const edge of [...edges].sort((one, other) => one - other)) {
        const [below, above] = [rank.get(code(edge - 1)), rank.get(code(edge))]
        if (below < above) return undefined
        if (below > above) borders.push([edge, below])
      }
    } else if (part?.cap && ranks.length === 1) {
      const { steps, otherwise } = part.cap
      ranks = [...steps.map((step) => rank.get(String(step.at_best))), rank.get(String(otherwise))]
      place = placesIn(steps, severities)
      if (ranks.some((one, at) => at && one > ranks[at - 1])) return undefined
    } else return undefined
  }
  return { borders, ranks, place }
}

/** Whether a failing of one of these severities caps the grade. */
export function caps (grading, severities) {
  return severities.some((severity) => grading.place.get(severity) < grading.ranks.length - 1)
}

/** How many of the questions, in this order, settle the grade however they are answered. */
export function settledBy (grading, ranked, points, { kept, whole, capped }) {
  const number = new Map(ranked.map((name, place) => [name, place]))
  const waits = points.map((point) => Math.max(-1, ...point.questions.map((name) => number.get(name))))
  const borders = grading.borders.map(([least, below]) => new Border(grading, least, below, points, kept, whole, capped))
  let places = new Set([capped])
  for (let count = 0; count < ranked.length; count += 1) {
    for (const [at, last] of waits.entries()) {
      if (last !== count - 1) continue
      const steps = outcomes(grading, points[at], 0).map(([, step]) => step)
      places = new Set([...places].flatMap((one) => steps.map((step) => Math.min(one, step))))
      for (const border of borders) border.settle(at)
    }
    const left = points.filter((_, at) => waits[at] >= count)
    if (!mayMove(grading, places, left, borders)) return count
  }
  return ranked.length
}

function mayMove ({ place, ranks }, places, left, borders) {
  const worst = Math.min(ranks.length - 1, ...left.map((point) => place.get(point.gravest)))
  return [...places].some((one) => ranks[Math.min(one, worst)] !== ranks[one]) ||
    borders.some((border) => border.mayBeCrossed(ranks))
}

function outcomes ({ place, ranks }, point, least) {
  const free = ranks.length - 1
  const ends = point.mayBeMet ? [point.gravest] : [...new Set([point.gravest, point.lightest])]
  const found = ends.map((one) =>
    [100 * (point.weight - point.costs.get(one)) - least * point.weight, place.get(one)])
  if (point.mayBeMet) found.push([(100 - least) * point.weight, free])
  if (point.mayFallAway) found.push([0, free])
  return found
}

class Border {
  constructor (grading, least, below, points, kept, whole, capped) {
    this.below = below
    this.lowest = 100 * kept - least * whole
    this.room = 0
    this.steps = points.map((point) => {
      const found = outcomes(grading, point, least)
      const sums = found.map(([moved]) => moved)
      const lowest = Math.min(...sums)
      this.lowest += lowest
      this.room += Math.max(...sums) - lowest
      return found.map(([moved, step]) => [moved - lowest, step])
    })
    this.unit = this.steps.flat().reduce((one, [moved]) => divisor(one, moved), 0) || 1
    this.sums = new Map([[capped, 1n]])
  }

  settle (at) {
    this.room -= Math.max(...this.steps[at].map(([moved]) => moved))
    const sums = new Map()
    for (const [capped, bits] of this.sums) {
      for (const [moved, step] of this.steps[at]) {
        const place = Math.min(capped, step)
        sums.set(place, (sums.get(place) ?? 0n) | bits << BigInt(moved / this.unit))
      }
    }
    this.sums = sums
  }

  mayBeCrossed (ranks) {
    const first = Math.max(0, -Math.floor((this.lowest + this.room) / this.unit))
    const last = Math.floor((-1 - this.lowest) / this.unit)
    if (last < first) return false
    const window = ((1n << BigInt(last - first + 1)) - 1n) << BigInt(first)
    return [...this.sums].some(([capped, bits]) => (bits & window) !== 0n && ranks[capped] < this.below)
  }
}

function divisor (one, other) {
  return other === 0 ? one : divisor(other, one % other)
}

/** The whole number at or below one of 10^-12 units. */
function floorOf (digits) {
  return digits / ONE - (digits % ONE < 0n ? 1n : 0n)
}

/** The value that stands behind cases which only ask for dimensions. */
function followed (values, name, dims) {
  const value = values.get(name)
  if (!value || !dimsMatch(value.dims, dims)) return undefined
  if (!value.cases) return value
  const state = new State({ dims, answers: new Map(), facts: new Map() })
  for (const one of [...value.cases, { when: { all: [] }, then: value.otherwise }]) {
    if (parts(one.when).some((part) => !('dim' in part))) return undefined
    if (compileCondition(one.when)(state)) return one.then?.value ? followed(values, one.then.value, dims) : undefined
  }
  return undefined
}

/** The codes by which a grade, or a value beneath it, says that it is not settled. */
export function unsettledCodes (program, grade) {
  const found = new Set()
  const seen = new Set()
  const waiting = [grade]
  while (waiting.length) {
    const name = waiting.pop()
    if (seen.has(name) || !program.values.has(name)) continue
    seen.add(name)
    const { worst } = program.values.get(name)
    if (worst) found.add(worst.unsettled)
    waiting.push(...program.links.get(`value ${name}`)
      .filter((node) => node.startsWith('value ')).map((node) => node.slice(6)))
  }
  return found
}
