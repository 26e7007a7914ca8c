/** Apicurio Registry in a container; what it was told outlives its being stopped. */

import { GenericContainer, Wait } from 'testcontainers'
import { docker } from './docker.ts'
import { ownLabels } from './own-containers.ts'
import { PATIENCE_MS } from './patience.ts'
import { freePort } from './ports.ts'

const IMAGE = 'apicurio/apicurio-registry:3.3.3'
const START_MS = PATIENCE_MS
const API = 8080
/** Health lies on a port of its own. */
const HEALTH = 9000

export interface RegistryContainer {
  /** Root of the API that Confluent's clients speak. */
  readonly url: string
  readonly stop: () => Promise<void>
  readonly start: () => Promise<void>
  readonly remove: () => Promise<void>
}

export const startRegistryContainer = async (): Promise<RegistryContainer> => {
  const [port, health] = [await freePort(), await freePort()]
  const container = await new GenericContainer(IMAGE)
    .withLabels(ownLabels())
    .withExposedPorts({ container: API, host: port }, { container: HEALTH, host: health })
    .withEnvironment({
      APICURIO_STORAGE_KIND: 'sql',
      APICURIO_STORAGE_SQL_KIND: 'h2',
      APICURIO_DATASOURCE_URL: 'jdbc:h2:file:/tmp/registry',
    })
    .withWaitStrategy(Wait.forHttp('/health/ready', HEALTH))
    .withStartupTimeout(START_MS)
    .start()
  const id = container.getId()
  const url = `http://127.0.0.1:${port}/apis/ccompat/v7`
  return {
    url,
    stop: async () => {
      await docker(['stop', '-t', '10', id])
    },
    start: async () => {
      await docker(['start', id])
      await untilReady(`http://127.0.0.1:${health}/health/ready`)
    },
    remove: async () => {
      await container.stop({ remove: true, removeVolumes: true })
    },
  }
}

const untilReady = async (address: string): Promise<void> => {
  const end = Date.now() + START_MS
  for (;;) {
    const isReady = await fetch(address).then(
      ({ ok }) => ok,
      () => false,
    )
    if (isReady) return
    if (Date.now() > end) throw new Error(`not in time: ${address}`)
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}
