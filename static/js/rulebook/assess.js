// From a visit to its assessment, in a browser, from the same released rule data as the server.
//
// A test runs thousands of random visits through this and through compliance/rulebook/assess.py and
// finds no difference. The server's assessment is the one kept.

import { AnswerError, readAnswers, readDate, readDims } from './answers.js'
import { dimsMatch } from './dims.js'
import { LANGUAGE, OtherEngine } from './language.js'
import { Program } from './program.js'
import { Moment, NOT_OBSERVED, Range, State } from './state.js'
import { plain } from './values.js'

export { AnswerError, OtherEngine }

/**
 * A released rulebook, ready to assess.
 * `release` is what the server publishes: { id, version, sha256, language, content }.
 */
export class Rulebook {
  /** Throws OtherEngine when the rules are written for an older or a newer engine. */
  constructor (release) {
    if (release.language !== LANGUAGE) throw new OtherEngine(release.language)
    this.release = release
    this.program = new Program(release.content)
  }

  /** Assess one visit (the JSON form of docs/rulebook.md) at its own date. Throws AnswerError. */
  assess (visit, language = 'en') {
    const { content, id, version, sha256 } = this.release
    const { state, plan } = this.#history(visit)
    for (const step of plan.historySteps) step(state)
    const output = content.output ?? {}
    const score = state.values.get(output.score)
    return {
      ...('id' in visit ? { id: visit.id } : {}),
      rulebook: { id, version, sha256 },
      validity: this.#validity(state, output.validity, language),
      findings: plan.points.map((point) => finding(point, state, visit, language)),
      score: score === undefined ? null : range(score),
      grade: settled(state, output.grade),
      narrowed_by: plan.narrowing.of(state),
      standing: settled(state, output.standing),
      next_step: settled(state, output.next_step),
      values: this.#shown(state)
    }
  }

  #history (visit) {
    const visitedOn = readDate(visit.visited_on, 'visited_on')
    const asOf = visit.as_of ? readDate(visit.as_of, 'as_of') : visitedOn
    const earlier = (visit.history ?? [])
      .map((one) => [readDate(one.visited_on, 'visited_on'), one])
      .sort(([one], [other]) => (one < other ? -1 : Number(one > other)))
    if (earlier.length && earlier.at(-1)[0] > visitedOn) {
      throw new AnswerError('a visit of the history is later than this visit')
    }
    const states = earlier.map(([on, one], place) => this.#one(one, on, on, place).state)
    const { state, plan } = this.#one(visit, visitedOn, asOf, earlier.length)
    state.visits = [...states, state]
    return { state, plan }
  }

  #one (visit, visitedOn, asOf, place) {
    const { content } = this.release
    const dims = readDims(content, visit)
    const plan = this.program.plan(visitedOn, dims)
    const state = new State({
      visitedOn,
      asOf,
      dims,
      answers: readAnswers(visit.answers, this.program.questions, 'question'),
      facts: readAnswers(visit.operation, this.program.facts, 'operation fact'),
      moment: new Moment(place, visitedOn)
    })
    for (const point of plan.points) state.severities.set(point.id, point.version.severity)
    for (const step of plan.steps) step(state)
    return { state, plan }
  }

  #validity (state, output, language) {
    if (!output || !dimsMatch(output.dims, state.dims)) return null
    return {
      result: settled(state, output.result),
      may_allege: settled(state, output.may_allege) === 'yes',
      counts: settled(state, output.counts) === 'yes',
      conditions: (this.release.content.condition ?? [])
        .filter((condition) => state.fired.has(condition.id))
        .map((condition) => ({
          id: condition.id,
          tier: condition.tier,
          stage: condition.stage ?? null,
          means: textOf(condition.means, language)
        }))
    }
  }

  #shown (state) {
    const shown = {}
    for (const entry of this.release.content.value ?? []) {
      const value = state.values.get(entry.name)
      if (value === undefined || entry.show === false) continue
      if (value instanceof Range) {
        shown[`${entry.name}_low`] = plain(value.low)
        shown[`${entry.name}_high`] = plain(value.high)
      } else shown[entry.name] = plain(value)
    }
    return shown
  }
}

function textOf (texts, language) {
  return texts ? texts[language] ?? Object.values(texts)[0] : ''
}

function range (score) {
  const ends = score instanceof Range ? score : { low: score, high: score }
  return { low: plain(ends.low), high: plain(ends.high) }
}

function settled (state, name) {
  const value = state.values.get(name)
  return value === undefined || value instanceof Range ? null : plain(value)
}

function finding (point, state, visit, language) {
  const said = (kind, given) => (name) => ({ [kind]: name, answer: given?.[name] ?? NOT_OBSERVED })
  const outcome = state.findings.get(point.id)
  return {
    rule: point.id,
    outcome,
    severity: state.severities.get(point.id),
    basis: point.version.basis,
    citation: point.version.citation,
    law: point.version.law,
    because: [
      ...point.questions.map(said('question', visit.answers)),
      ...point.facts.map(said('fact', visit.operation))
    ],
    advice: outcome === 'not_met' ? textOf(point.version.advice, language) : ''
  }
}
