// A pack made ready to run: what applies on a day, each entry after what it reads. Twin of program.py.

import { compileCondition, parts } from './conditions.js'
import { dimsMatch } from './dims.js'
import { Narrowing } from './narrowing.js'
import { isDate } from './numbers.js'
import { NOT_APPLICABLE } from './state.js'
import { compileValue, formulaOf, OVER_FINDINGS, OVER_HISTORY, valueReads } from './values.js'

/** Whether a dated version is in force on a day (both its days included). */
export function inForce (version, on) {
  return version.from !== undefined && version.from <= on && (version.to === undefined || on <= version.to)
}

export class Program {
  constructor (content) {
    this.content = content
    const table = (name) => new Map((content[name] ?? []).map((entry) => [entry.id ?? entry.name, entry]))
    this.questions = table('question')
    this.facts = table('fact')
    this.rules = table('rule')
    this.conditions = table('condition')
    this.values = table('value')
    // What a point of each severity weighs; the severities stand worst first.
    this.severityWeights = new Map((content.severity ?? []).map((entry) => [entry.id, entry.weight ?? 0]))
    this.order = this.sorted()
    this.historyValues = this.overHistory()
  }

  /** Every rule, condition and value, each after what it reads. */
  sorted () {
    const tiers = new Map()
    for (const [id, { tier }] of this.conditions) tiers.set(tier, [...(tiers.get(tier) ?? []), `condition ${id}`])
    const links = (found) => found.flatMap((part) => {
      if ('finding' in part) return this.rules.has(part.finding) ? [`rule ${part.finding}`] : []
      if ('fired' in part) return tiers.get(part.fired) ?? [`condition ${part.fired}`]
      if ('value' in part) return [part.value, part.after].filter((id) => this.values.has(id)).map((id) => `value ${id}`)
      return []
    })
    const graph = new Map()
    for (const [id, condition] of this.conditions) graph.set(`condition ${id}`, links(parts(condition.when)))
    for (const [id, rule] of this.rules) {
      const trees = rule.version.flatMap((version) =>
        [version.applies, version.met, ...(version.severity_when ?? []).map((one) => one.when)])
      const needs = (rule.needs ?? []).map((need) => `rule ${need}`)
      graph.set(`rule ${id}`, [...needs, ...links(trees.filter(Boolean).flatMap(parts))])
    }
    for (const [id, value] of this.values) {
      const found = valueReads(value)
      const linked = [...links(found.parts), ...found.values.filter((name) => this.values.has(name)).map((name) => `value ${name}`)]
      if (OVER_FINDINGS.has(formulaOf(value))) linked.push(...[...this.rules.keys()].map((rule) => `rule ${rule}`))
      graph.set(`value ${id}`, linked)
    }
    this.links = graph
    const done = new Set()
    const order = []
    const visit = (node) => {
      if (done.has(node)) return
      done.add(node)
      for (const before of graph.get(node) ?? []) visit(before)
      order.push([node.slice(0, node.indexOf(' ')), node.slice(node.indexOf(' ') + 1)])
    }
    for (const node of graph.keys()) visit(node)
    return order
  }

  /** The values that look at other visits, directly or through another value. */
  overHistory () {
    const found = new Set()
    for (const [kind, id] of this.order) {
      if (kind !== 'value') continue
      const value = this.values.get(id)
      const reads = valueReads(value)
      const names = [...reads.values, ...reads.parts.flatMap((part) => [part.value, part.after])]
      if (OVER_HISTORY.has(formulaOf(value)) || names.some((name) => found.has(name))) found.add(id)
    }
    return found
  }

  /** The points and the steps for a visit of these dimensions on a day. */
  plan (on, dims) {
    const points = new Map()
    for (const [id, rule] of this.rules) {
      if (dimsMatch(rule.dims, dims)) points.set(id, this.point(rule, on, dims))
    }
    const severities = [...this.severityWeights.keys()]
    const steps = []
    const historySteps = []
    for (const [kind, id] of this.order) {
      if (kind === 'rule' && points.has(id)) steps.push(ruleStep(points.get(id), severities))
      if (kind === 'condition' && dimsMatch(this.conditions.get(id).dims, dims)) {
        steps.push(conditionStep(this.conditions.get(id)))
      }
      if (kind === 'value' && dimsMatch(this.values.get(id).dims, dims)) {
        const formula = compileValue(this.values.get(id), [...points.values()], severities, this.questions)
        const target = this.historyValues.has(id) ? historySteps : steps
        target.push((state) => {
          const value = formula(state)
          if (value !== undefined && value !== null) state.values.set(id, value)
        })
      }
    }
    const inForce = [...points.values()].filter((point) => point.inForce)
    const narrowing = new Narrowing(this, dims, inForce)
    return { points: [...points.values()], steps, historySteps, narrowing }
  }

  point (rule, on, dims) {
    const inForceNow = rule.version.find((one) => inForce(one, on) && dimsMatch(one.dims, dims))
    const version = inForceNow ?? rule.version.find((one) => dimsMatch(one.dims, dims)) ?? rule.version[0]
    const graver = (version.severity_when ?? []).map((one) => one.when)
    const read = [version.applies, version.met, ...graver].filter(Boolean).flatMap(parts)
    const asked = (subject) => read.flatMap((part) => {
      const ids = subject in part ? [part[subject]] : []
      const others = subject in part ? [part.on_or_before, part.on_or_after] : []
      return [...ids, ...others].filter((id) => id !== undefined && id !== 'visited_on' && id !== 'as_of' && !isDate(id))
    })
    const about = rule.about === undefined ? [] : [rule.about]
    const possible = [version.severity, ...(version.severity_when ?? []).map((one) => one.then)]
    const costs = new Map(possible.map((severity) => [severity, this.severityWeights.get(severity) ?? 0]))
    const mayNotApply = Boolean(about.length && this.questions.get(rule.about)?.not_applicable)
    return {
      id: rule.id,
      rule,
      version,
      inForce: inForceNow !== undefined,
      questions: [...new Set([...about, ...asked('answer')])].filter((id) => this.questions.has(id)),
      facts: [...new Set(asked('fact'))],
      worth: {
        core: Boolean(rule.core),
        scored: rule.scored ?? true,
        weight: Math.max(...costs.values()),
        costs
      },
      mayNotApply,
      mayFallAway: mayNotApply || 'applies' in version || 'needs' in rule
    }
  }
}

function ruleStep (point, severities) {
  const { id, rule, version } = point
  if (!point.inForce) return (state) => state.findings.set(id, 'not_in_force')
  const needs = rule.needs ?? []
  const applies = version.applies && compileCondition(version.applies)
  const met = compileCondition(version.met)
  const cases = (version.severity_when ?? []).map((one) => [compileCondition(one.when), one.then])
  const outcome = (state) => {
    const absent = needs.map((need) => state.findings.get(need))
    if (rule.about && !absent.includes('not_met') && state.answers.get(rule.about) === NOT_APPLICABLE) {
      return absent.includes('not_assessed') ? 'not_assessed' : 'not_applicable'
    }
    const does = applies ? applies(state) : true
    if (does !== true) return does === null ? 'not_assessed' : 'not_applicable'
    if (absent.includes('not_met')) return 'not_met'
    if (point.mayNotApply && !state.answers.has(rule.about)) return 'not_assessed'
    const holds = met(state)
    if (holds === null || (holds && absent.includes('not_assessed'))) return 'not_assessed'
    return holds ? 'met' : 'not_met'
  }
  return (state) => {
    state.findings.set(id, outcome(state))
    const possible = []
    let severity = version.severity
    for (const [when, then] of cases) {
      const holds = when(state)
      if (holds === null) possible.push(then)
      if (holds !== true) continue
      severity = then
      break
    }
    state.severities.set(id, severity)
    if (possible.length === 0) return
    possible.push(severity)
    possible.sort((one, other) => severities.indexOf(one) - severities.indexOf(other))
    state.inDoubt.set(id, [possible[0], possible.at(-1)])
  }
}

function conditionStep (condition) {
  const when = compileCondition(condition.when)
  return (state) => {
    if (when(state) === true) state.fired.add(condition.id).add(condition.tier)
  }
}
