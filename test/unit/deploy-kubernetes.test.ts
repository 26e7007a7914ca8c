/** The manifests of Kubernetes against its own schemas, and against the commands and settings that they name. */

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { ScaledObject } from '@kubernetes-models/keda/keda.sh/v1alpha1/ScaledObject'
import { Deployment } from 'kubernetes-models/apps/v1/Deployment'
import { CronJob } from 'kubernetes-models/batch/v1/CronJob'
import { HorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2/HorizontalPodAutoscaler'
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget'
import { ConfigMap } from 'kubernetes-models/v1/ConfigMap'
import { PersistentVolumeClaim } from 'kubernetes-models/v1/PersistentVolumeClaim'
import { Secret } from 'kubernetes-models/v1/Secret'
import { Service } from 'kubernetes-models/v1/Service'
import { describe, expect, it } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { parseOptions } from '../../cli/command.ts'
import { COMMANDS } from '../../cli/commands/index.ts'
import { TRAINERS } from '../../cli/train/trainers.ts'
import { readConfig, systemPorts } from '../../producers/config/config.ts'
import { readClusterSettings } from '../../runtime/kafka/cluster-settings.ts'
import { readRedisSettings } from '../../runtime/redis/redis-settings.ts'
import { parsePromql } from '../support/promql.ts'
import { unreadFields } from '../support/unread-fields.ts'

const FOLDER = 'deploy/kubernetes'
const KINDS = { ConfigMap, Secret, Service, Deployment, PodDisruptionBudget } as const
const TRAINING = { CronJob, PersistentVolumeClaim } as const
const SCALERS = { HorizontalPodAutoscaler, ScaledObject }
const MODELS = { ...KINDS, ...TRAINING, ...SCALERS } as const
type Kind = keyof typeof MODELS
type Data = Readonly<Record<string, string>>

interface Document {
  readonly kind: Kind
  readonly metadata: { readonly name: string }
}
const { resources, images } = parse(readFileSync(join(FOLDER, 'kustomization.yaml'), 'utf8')) as {
  readonly resources: readonly string[]
  readonly images: readonly { readonly name: string }[]
}
const DOCUMENTS = resources.flatMap((file) =>
  parseAllDocuments(readFileSync(join(FOLDER, file), 'utf8')).map((document) => {
    expect(document.errors).toEqual([])
    return document.toJS() as Document
  }),
)
const ofKind = <K extends Kind>(kind: K): InstanceType<(typeof MODELS)[K]>[] =>
  DOCUMENTS.filter((document) => document.kind === kind).map(
    (document) => new MODELS[kind](document as never) as InstanceType<(typeof MODELS)[K]>,
  )
const deployments = ofKind('Deployment')
const podOf = (deployment: Deployment) => {
  const pod = deployment.spec?.template.spec
  const [container] = pod?.containers ?? []
  if (pod === undefined || container === undefined) throw new Error('no container')
  return { pod, container }
}
/** Where containers learn where Kafka and Redis are. */
const SETTINGS = [{ configMapRef: { name: 'stopline' } }, { secretRef: { name: 'stopline' } }]
const targets = () => deployments.map(({ metadata }) => metadata?.name)

describe('manifests of Kubernetes', () => {
  it('are all named by the kustomization', () => {
    const files = readdirSync(FOLDER).filter((name) => name.endsWith('.yaml'))
    expect([...resources, 'kustomization.yaml'].sort()).toEqual(files.sort())
  })

  it('fit the schemas of Kubernetes and KEDA, with no field that these do not know', () => {
    expect(DOCUMENTS.length).toBeGreaterThanOrEqual(18)
    const validate = (document: Document): void => {
      // Making one copies it, and so reads all of it.
      Object.assign(new MODELS[document.kind](), document).validate()
    }
    for (const document of DOCUMENTS)
      expect(unreadFields(document, validate), document.metadata.name).toEqual([])
    const [job] = structuredClone(DOCUMENTS.filter(({ kind }) => kind === 'CronJob'))
    if (job === undefined) throw new Error('no CronJob')
    const { spec } = job as Document & { readonly spec: object }
    const misspelt = { ...job, spec: { ...spec, startDeadlineSeconds: 60 } }
    expect(unreadFields(misspelt, validate)).toEqual(['spec.startDeadlineSeconds'])
    expect(() => {
      validate({ ...job, spec: { schedule: 5 } } as never)
    }).toThrow()
  })

  it('name what there is: volumes, claims, settings and images', () => {
    const names = (kind: Kind) =>
      DOCUMENTS.filter((each) => each.kind === kind).map(({ metadata }) => metadata.name)
    const pods = [
      ...deployments.map((deployment) => podOf(deployment).pod),
      ...ofKind('CronJob').flatMap(({ spec }) => spec.jobTemplate.spec?.template.spec ?? []),
    ]
    expect(pods).toHaveLength(5)
    for (const { volumes = [], containers } of pods) {
      for (const { configMap, persistentVolumeClaim: claim, emptyDir } of volumes) {
        const found = [
          names('ConfigMap').includes(configMap?.name ?? ''),
          names('PersistentVolumeClaim').includes(claim?.claimName ?? ''),
          emptyDir !== undefined,
        ]
        expect(found.filter(Boolean)).toHaveLength(1)
      }
      for (const { image, volumeMounts = [], envFrom = [], resources } of containers) {
        expect(images.map(({ name }) => name)).toContain(image)
        const mounted = volumeMounts.map(({ name }) => name)
        expect(mounted.sort()).toEqual(volumes.map(({ name }) => name).sort())
        for (const { configMapRef, secretRef } of envFrom)
          expect([...names('ConfigMap'), ...names('Secret')]).toContain(
            configMapRef?.name ?? secretRef?.name,
          )
        // What scales by a share of the processor, and what is evicted, goes by what is asked for.
        const { cpu, memory } = resources?.requests ?? {}
        for (const amount of [cpu, memory, resources?.limits?.['memory']])
          expect(amount).toMatch(/^\d+(m|Mi|Gi)?$/)
      }
    }
  })

  it('start commands that there are, with options that they take, on the port that is probed', () => {
    expect(targets()).toEqual(['produce', 'process', 'sink', 'serve'].map((n) => `stopline-${n}`))
    for (const deployment of deployments) {
      const { container } = podOf(deployment)
      const [name, ...args] = container.args ?? []
      const command = COMMANDS.find((row) => row.name === name)
      if (command === undefined) throw new Error(`there is no command ${String(name)}`)
      const options = parseOptions(command)
      const { values } = parseArgs({ args, options, allowPositionals: true })
      expect(values['host']).toBe('0.0.0.0')
      expect(container.ports).toEqual([{ name: 'http', containerPort: Number(values['port']) }])
      for (const probe of ['startupProbe', 'livenessProbe', 'readinessProbe'] as const)
        expect(container[probe]?.httpGet?.port, probe).toBe('http')
      expect(container.livenessProbe?.httpGet?.path).toBe('/healthz')
      const ready = name === 'produce' ? '/healthz' : '/readyz'
      expect(container.readinessProbe?.httpGet?.path).toBe(ready)
    }
  })

  it('run as nobody in particular, on a file system that is only read', () => {
    for (const deployment of deployments) {
      const { pod, container } = podOf(deployment)
      expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 1000 })
      expect(pod.automountServiceAccountToken).toBe(false)
      expect(pod.enableServiceLinks).toBe(false)
      expect(container.securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      })
      expect(container.resources?.limits?.['memory']).toBeDefined()
    }
  })

  it('train each night by a command that there is, on what Kafka holds, into what is kept', () => {
    const [job] = ofKind('CronJob')
    const pod = job?.spec.jobTemplate.spec?.template.spec
    const container = pod?.containers[0]
    const [name, ...args] = container?.args ?? []
    const command = COMMANDS.find((row) => row.name === name)
    if (command === undefined || container === undefined) throw new Error('no command')
    const options = parseOptions(command)
    const { values, positionals } = parseArgs({ args, options, allowPositionals: true })
    expect(Object.keys(TRAINERS)).toEqual(expect.arrayContaining(positionals))
    const mounts = container.volumeMounts ?? []
    const at = (path: unknown) => mounts.find(({ mountPath }) => mountPath === path)
    expect(job?.spec.schedule).toMatch(/^([1-5]?\d) (1?\d|2[0-3]) \* \* \*$/)
    expect(values['from']).toBe('topics')
    expect(container.envFrom).toEqual(SETTINGS)
    expect(at(values['models'])).toMatchObject({ name: 'models' })
    const claims = pod?.volumes?.flatMap(({ persistentVolumeClaim: of }) => of?.claimName ?? [])
    expect(claims).toEqual(ofKind('PersistentVolumeClaim').map(({ metadata }) => metadata?.name))
    expect(container.securityContext).toMatchObject({ readOnlyRootFilesystem: true })
    expect(pod?.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 1000 })
  })

  it('give settings that are understood', () => {
    const maps = new Map([
      ...ofKind('ConfigMap').map(({ metadata, data }) => [metadata?.name, data as Data] as const),
      ...ofKind('Secret').map(
        ({ metadata, stringData }) => [`secret ${metadata?.name}`, stringData as Data] as const,
      ),
    ])
    const environment = { ...maps.get('stopline'), ...maps.get('secret stopline') }
    expect(readClusterSettings(environment)).toMatchObject({
      partitions: 12,
      lanes: 6,
      replication: 3,
    })
    expect(readRedisSettings(environment).address).toBe('redis://redis:6379')
    for (const deployment of deployments)
      expect(podOf(deployment).container.envFrom).toEqual(SETTINGS)
    const config = maps.get('stopline-sources')?.['stopline.config.yaml'] ?? ''
    expect(readConfig(parse(config) as unknown, systemPorts, 'settings.yaml').sources).toEqual([])
  })

  it('select what they label; each process may lose one at a time', () => {
    for (const { spec } of deployments)
      expect(spec?.template.metadata?.labels).toMatchObject(spec?.selector.matchLabels ?? {})
    const selectors = deployments.map(({ spec }) => spec?.selector)
    expect(ofKind('PodDisruptionBudget').map(({ spec }) => spec?.selector)).toEqual(selectors)
    for (const { spec } of ofKind('PodDisruptionBudget')) expect(spec?.maxUnavailable).toBe(1)
    // Deliveries of webhooks go to producers, everybody else to the API.
    const [produce, serve] = [selectors[0], selectors.at(-1)]
    expect(ofKind('Service').map(({ spec }) => spec?.selector)).toEqual([
      produce?.matchLabels,
      serve?.matchLabels,
    ])
  })

  it('scale what there is, by lag as Prometheus has it', () => {
    const scaled = ofKind('ScaledObject')
    for (const { spec } of scaled) {
      expect(targets()).toContain(spec.scaleTargetRef.name)
      for (const { metadata } of spec.triggers)
        expect(
          parsePromql(metadata['query'] ?? '').selectors.map(({ metric }) => metric),
        ).toContain('stopline:process_lag_seconds')
    }
    expect(scaled).toHaveLength(2)
    const [serve] = ofKind('HorizontalPodAutoscaler')
    expect(serve?.spec.scaleTargetRef.name).toBe('stopline-serve')
  })
})
