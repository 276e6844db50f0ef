// Explain visits, and say what they are asked, as the self-check does: the release on the first line.
import { createInterface } from 'node:readline'
import { readDims } from '../../static/js/rulebook/answers.js'
import { asked } from '../../static/js/rulebook/asked.js'
import { Rulebook } from '../../static/js/rulebook/assess.js'
import { explain } from '../../static/js/rulebook/explain.js'

let rulebook = null
for await (const line of createInterface({ input: process.stdin })) {
  if (rulebook === null) {
    rulebook = new Rulebook(JSON.parse(line))
    continue
  }
  const { language, visit } = JSON.parse(line)
  const { content } = rulebook.release
  const dims = readDims(content, visit)
  console.log(JSON.stringify({
    points: explain(content, rulebook.assess(visit), visit.answers ?? {}, visit.operation ?? {}, language),
    asked: asked(content, dims, visit.visited_on, visit.answers ?? {}, visit.operation ?? {}).map((one) => one.id)
  }))
}
