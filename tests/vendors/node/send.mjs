// @segment/analytics-node: sends what it is told on stdin, prints the id and the name of every message.
import { readFileSync } from 'node:fs'
import { Analytics } from '@segment/analytics-node'

const [url, writeKey] = process.argv.slice(2)
const analytics = new Analytics({ writeKey, host: url, path: '/collect/segment/v1/batch', flushInterval: 100 })
const sent = []
for (const [event, properties] of JSON.parse(readFileSync(0, 'utf8'))) {
  const messageId = `node-${sent.length}-${process.pid}`
  sent.push([messageId, event])
  analytics.track({ userId: 'ada', anonymousId: 'cookie-1', event, properties, messageId })
}
await analytics.closeAndFlush()
console.log(JSON.stringify(sent))
