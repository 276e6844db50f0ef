// Which open questions to look at next: those that narrow the score most, until none could move the grade.
// Twin of narrowing.py.

import { compileCondition, parts } from './conditions.js'
import { caps, gradingOf, settledBy, unsettledCodes } from './grading.js'
import { scaled } from './numbers.js'
import { dimsMatch } from './dims.js'
import { Range } from './state.js'
import { formulaOf, valueReads, weightsIn } from './values.js'

export class Narrowing {
  /** `points`: those in force, for visits of these dimensions. */
  constructor (program, dims, points) {
    const output = program.content.output ?? {}
    this.program = program
    this.score = output.score
    this.grade = output.grade
    this.order = new Map([...program.questions.keys()].map((name, place) => [name, place]))
    this.put = new Set([...program.questions.values()].filter((one) => dimsMatch(one.dims, dims)).map((one) => one.id))
    this.gates = new Map([...program.questions.values()].filter((one) => one.ask_when)
      .map((one) => [one.id, [compileCondition(one.ask_when), answersIn(one.ask_when)]]))
    this.unsettled = unsettledCodes(program, this.grade)
    const share = program.values.get(this.score)?.share
    this.weights = share ? weightsIn(share, points) : new Map()
    this.grading = gradingOf(program, dims, this.score, this.grade)
    this.rests = points.filter((point) => this.weights.has(point.id) ||
      (this.grading && caps(this.grading, [...point.worth.costs.keys()])))
    this.terms = this.#termsOf(this.score)
    this.read = new Map(points.map((point) => [`rule ${point.id}`, point.questions]))
    for (const [name, value] of program.values) this.read.set(`value ${name}`, valueReads(value).answers)
  }

  /** The open questions, first those that narrow the score most. */
  of (state) {
    const score = state.values.get(this.score)
    const grade = state.values.get(this.grade)
    if (score === undefined || (grade === undefined && !(score instanceof Range))) return []
    if (grade !== undefined && !(grade instanceof Range) && !this.unsettled.has(grade)) return []
    const open = this.#open(state)
    const spreads = new Map()
    const add = (name, spread) => spreads.set(name, (spreads.get(name) ?? 0n) + spread)
    for (const { questions, spread } of open) for (const name of questions) add(name, scaled(spread))
    for (const [name, spread] of this.terms) {
      if (!state.answers.has(name)) for (const gate of this.#asked(name, state)) add(gate, spread)
    }
    const ranked = [...spreads.keys()].sort((one, other) =>
      Number(spreads.get(other) - spreads.get(one)) || this.order.get(one) - this.order.get(other))
    if (!this.grading || grade === undefined) return ranked
    return ranked.slice(0, settledBy(this.grading, ranked, open, this.#known(state)))
  }

  #known (state) {
    const sums = { kept: 0, whole: 0, capped: this.grading.ranks.length - 1 }
    for (const [rule, outcome] of state.findings) {
      if (outcome !== 'met' && (outcome !== 'not_met' || state.inDoubt.has(rule))) continue
      const { weight, costs } = this.weights.get(rule) ?? { weight: 0, costs: new Map() }
      sums.whole += weight
      sums.kept += weight
      if (outcome === 'not_met') {
        const severity = state.severities.get(rule)
        sums.kept -= costs.get(severity) ?? 0
        sums.capped = Math.min(sums.capped, this.grading.place.get(severity))
      }
    }
    return sums
  }

  #open (state) {
    const found = []
    for (const point of this.rests) {
      const isOpen = state.findings.get(point.id) === 'not_assessed'
      if (!isOpen && (state.findings.get(point.id) !== 'not_met' || !state.inDoubt.has(point.id))) continue
      const [gravest, lightest] = state.endsOfSeverity(point.id)
      const { weight, costs } = this.weights.get(point.id) ??
        { weight: 0, costs: new Map([...point.worth.costs.keys()].map((severity) => [severity, 0])) }
      const waits = this.#waits(`rule ${point.id}`, state)
      found.push({
        weight,
        costs,
        gravest,
        lightest,
        mayBeMet: isOpen,
        mayFallAway: isOpen && point.mayFallAway,
        spread: costs.get(gravest) - (isOpen ? 0 : costs.get(lightest)),
        questions: [...new Set(waits.flatMap((name) => this.#asked(name, state)))]
      })
    }
    return found
  }

  /** The open questions that an open rule reads, and those of what it reads that is open too. */
  #waits (node, state) {
    const { questions, links } = this.program
    const own = (this.read.get(node) ?? []).filter((name) => questions.has(name) && !state.answers.has(name))
    const beneath = [...new Set(links.get(node))].filter((below) => {
      const name = below.slice(below.indexOf(' ') + 1)
      if (below.startsWith('rule ')) return state.findings.get(name) === 'not_assessed'
      const value = state.values.get(name)
      return below.startsWith('value ') && (value === undefined || value instanceof Range)
    })
    return [...own, ...beneath.flatMap((below) => this.#waits(below, state))]
  }

  /** An open question itself where it is asked now, else the open ones that may yet open it. */
  #asked (name, state, under = []) {
    if (!this.put.has(name) || under.includes(name)) return []
    if (!this.gates.has(name)) return [name]
    const [test, gates] = this.gates.get(name)
    const holds = test(state)
    if (holds !== null) return holds ? [name] : []
    return gates.filter((one) => !state.answers.has(one)).flatMap((one) => this.#asked(one, state, [...under, name]))
  }

  /** The questions that a sum, a most or a least rests on, and how far each can move it. */
  #termsOf (name) {
    const value = this.program.values.get(name)
    if (!value || !['sum', 'max', 'min'].includes(formulaOf(value))) return []
    return value[formulaOf(value)].filter((term) => typeof term === 'object').flatMap((term) => {
      if (term.value !== undefined) return this.#termsOf(term.value)
      if (term.points) {
        const sizes = Object.values(term.points).map(scaled).sort((one, other) => (one < other ? -1 : 1))
        return [[term.answer, sizes.at(-1) - sizes[0]]]
      }
      const limits = this.program.questions.get(term.answer)
      return 'min' in limits && 'max' in limits ? [[term.answer, scaled(limits.max) - scaled(limits.min)]] : []
    })
  }
}

function answersIn (tree) {
  return [...new Set(parts(tree).filter((part) => 'answer' in part).flatMap((part) =>
    [part.answer, part.on_or_before, part.on_or_after].filter((one) => one !== undefined)))]
}
