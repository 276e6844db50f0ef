// Every finding down to its rule, what was observed, and the statute or practice behind it, as the
// server explains an assessment (services/assessments.py); a test holds the two equal.

import { NOT_OBSERVED } from './state.js'
import { answerInWords, questionLine, textOf } from './words.js'

/** Explain what `Rulebook.assess` gave for these answers and facts: one point a finding. */
export function explain (content, result, answers, facts = {}, language = 'en') {
  const table = (name) => new Map((content[name] ?? []).map((entry) => [entry.id, entry]))
  const tables = Object.fromEntries(
    ['rule', 'law', 'question', 'fact', 'severity', 'basis'].map((name) => [name, table(name)]))
  const label = (name, code) => textOf(tables[name].get(code)?.label, language) || code
  const observed = (one) => {
    const isFact = 'fact' in one
    const id = isFact ? one.fact : one.question
    const entry = tables[isFact ? 'fact' : 'question'].get(id)
    const value = (isFact ? facts : answers)[id]
    return {
      id,
      line: questionLine(entry, language),
      answer: answerInWords(entry, value, language),
      is_fact: isFact,
      is_open: value === undefined || value === null || value === NOT_OBSERVED
    }
  }
  return result.findings.map((finding) => {
    const rule = tables.rule.get(finding.rule)
    const version = rule.version.find((one) =>
      one.citation === finding.citation && one.law === finding.law) ?? rule.version[0]
    const row = tables.law.get(finding.law) ?? {}
    const says = { not_met: 'found', met: 'strength' }[finding.outcome]
    return {
      rule: finding.rule,
      title: textOf(rule.title, language),
      outcome: finding.outcome,
      severity: finding.severity,
      severity_label: label('severity', finding.severity),
      basis: finding.basis,
      basis_label: label('basis', finding.basis),
      citation: finding.citation,
      law: textOf(row.text, language),
      unverified: Boolean(row.unverified),
      says: says ? textOf(version[says], language) : '',
      advice: finding.outcome === 'not_met' ? textOf(version.advice, language) : '',
      because: finding.because.map(observed),
      core: Boolean(rule.core)
    }
  })
}
