// THINK HARD ABOUT THE LAYERING. Folders talk through topics and views declared in schemas/,
// never through each other's code. test/unit/layers.test.ts plants a forbidden import and sees this fail.
const only = (name, from, allowed) => ({
  name,
  severity: 'error',
  from: { path: from },
  to: { path: '^(schemas|runtime|producers|processors|sinks|api|cli|test)/', pathNot: allowed },
})
const clients = '^node_modules/(kafkajs|ioredis|undici|onnxruntime-node|@kafkajs)/'

export default {
  forbidden: [
    only('schemas-depend-on-nothing', '^schemas/', '^schemas/'),
    // The contract alone: an engine must know what it drives (docs/adr/0001).
    only('runtime-knows-schemas', '^runtime/', '^(schemas|runtime)/|^processors/processor'),
    only('processors-know-schemas', '^processors/', '^(schemas|processors)/'),
    only('normalizers-know-schemas', '^producers/.*normalize', '^(schemas|producers)/'),
    only('producers', '^producers/', '^(schemas|runtime|producers)/'),
    only('sinks', '^sinks/', '^(schemas|runtime|sinks)/'),
    only('api', '^api/', '^(schemas|runtime|api)/'),
    only('cli-wires-everything', '^cli/', '^(schemas|runtime|producers|processors|sinks|api|cli)/'),
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'clients-in-runtime-only',
      severity: 'error',
      from: { pathNot: '^(runtime|test)/' },
      to: { path: clients },
    },
    {
      name: 'pure-files-have-no-node',
      severity: 'error',
      from: {
        path: '^processors/|^schemas/(keys|topics|events|views|names|ids|measures|outcomes|slices)',
      },
      to: { dependencyTypes: ['core'] },
    },
    { name: 'unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.json'],
    },
  },
}
