/**
 * THE table of signs: what a line of a log says of why its run fails. One row is one sign; a line is read by its heaviest.
 * Weight: 4 ends the question, 3 names the cause, 2 tells the kind, 1 or less is noise that comes with any failure.
 *
 * `from` says where a row was learned: `tools` is what the tool's own manual or source prints, else the name of the recorded set
 * whose lines it was written after; `stopline failure-kinds` leaves those rows out where it scores that set. Every pattern reads
 * a line once: no repetition inside a repetition, and gaps are bounded.
 */

import type { FailureCause, FailureKindName } from '../../schemas/events.ts'

export interface Sign {
  readonly name: string
  /** Null: the line belongs to a failure, of whatever kind. */
  readonly kind: FailureKindName | null
  readonly cause: FailureCause | null
  readonly weight: number
  readonly pattern: RegExp
  readonly from: string
}

type Row = readonly [name: string, weight: number, pattern: RegExp, from?: string]
const rows = (
  kind: FailureKindName | null,
  cause: FailureCause | null,
  ...list: readonly Row[]
): Sign[] =>
  list.map(([name, weight, pattern, from = 'tools']) => ({
    name,
    kind,
    cause,
    weight,
    pattern,
    from,
  }))

const TIMEOUTS = rows(
  'timeout',
  null,
  [
    'gha-limit',
    4,
    /\bhas timed out after \d+ (?:minute|hour)|exceeded the maximum execution time of/,
  ],
  ['travis-silent', 4, /^No output has been received in the last \d+/],
  ['travis-limit', 4, /exceeded the (?:maximum )?time limit for jobs/],
  [
    'jenkins-limit',
    4,
    /^Build timed out \(after \d+|^Sending interrupt signal to process.{0,40}timeout|^Timeout has been exceeded/,
  ],
  ['gitlab-limit', 4, /Job failed: execution took longer than/],
  ['prow-limit', 4, /^Process did not finish before \S+ timeout/],
  ['circle-silent', 4, /^Too long with no output \(exceeded/],
  [
    'task-limit',
    4,
    /\b(?:task|job|build|run) (?:was )?(?:aborted|killed|stopped).{0,20}\b(?:max(?:imum)? )?(?:run|execution) ?time exceeded/i,
    'mozilla-job-logs',
  ],
  [
    'max-time',
    4,
    /\bmax(?:imum)? (?:run|execution|job|build) ?time (?:was )?(?:exceeded|reached)/i,
  ],
  ['go-test-limit', 3.5, /^panic: test timed out after/],
  [
    'command-limit',
    3.5,
    /\b(?:command|process|script|test run|step) (?:took >|timed out|exceeded (?:the |its )?time|did not (?:finish|complete) (?:with)?in)/i,
  ],
  ['exit-124', 3, /\b(?:exit(?:ed)?(?: with)?(?: code| status)?|returning|code)[ :=]*124\b/i],
  [
    'app-silent',
    3,
    /\btimed out after \d+ seconds? (?:with no output|of no output)/,
    'mozilla-job-logs',
  ],
  ['pytest-limit', 3, /^E? {0,4}Failed: Timeout >|^\++ Timeout \++$/],
  ['keyboard-interrupt', 2.6, /^!{10,} ?KeyboardInterrupt ?!{10,}/],
  ['test-hangs', 2.4, /^(?:REFTEST )?TEST-UNEXPECTED-TIMEOUT/, 'mozilla-job-logs'],
  ['test-timed-out', 2.2, /\bTest timed out\b|\bload failed: timed out\b/, 'mozilla-job-logs'],
  [
    'hang',
    2,
    /\b(?:deadlock(?:ed)? detected|hang detected|appears to (?:be hung|hang)|is hung|watchdog timeout)\b/i,
  ],
  [
    'wait-timed-out',
    1.6,
    /\btimed out waiting for\b|\btimeout waiting for\b|\bcontext deadline exceeded\b/i,
  ],
  ['some-timeout', 0.9, /\b(?:timed[ -]?out|timeout)\b/i],
)
const CANCELLATIONS = rows(
  'cancelled',
  null,
  ['gha-cancelled', 3.2, /^(?:Error: )?The (?:operation|job|run) was cancell?ed\.?$/],
  ['runner-stopped', 3.4, /received a shutdown signal/],
  [
    'interrupt',
    3.2,
    /^(?:received|caught|got) (?:SIGINT|SIGTERM|interrupt)\b|\breceived SIGINT\b/i,
  ],
  ['prow-interrupt', 3.4, /^Entrypoint received interrupt/],
  [
    'superseded',
    3.6,
    /\b(?:superseded by|higher priority waiting request|newer (?:commit|build|run) (?:exists|found|was pushed))\b/i,
  ],
  [
    'jenkins-aborted',
    3,
    /^(?:Build was aborted|Aborted by |Finished: ABORTED|Click here to forcibly terminate)/,
  ],
  [
    'cancelled',
    2.4,
    /^(?:Error: )?(?:the )?(?:build|job|pipeline|workflow|task) (?:was|has been) cancell?ed\b/i,
  ],
)
const CAPACITY = rows(
  'infrastructure',
  'capacity',
  ['lease', 4, /\bfailed to acquire (?:resource|lease)|current capacity: 0 free/i, 'prow-logs'],
  [
    'no-nodes',
    3.4,
    /\b0\/\d+ nodes are available|\bFailedScheduling\b|\bInsufficient (?:cpu|memory|ephemeral-storage|nvidia)/,
  ],
  [
    'quota',
    3.4,
    /\bquota\b.{0,40}\b(?:exceeded|reached|exhausted)|\bexceeded quota\b|\bQUOTA_EXCEEDED\b|\b\w{0,40}(?:Quota|Limit)Exceeded(?:Exception)?:/i,
  ],
  [
    'no-machines',
    3.4,
    /InsufficientInstanceCapacity|ZONE_RESOURCE_POOL_EXHAUSTED|SkuNotAvailable|\bout of capacity\b/,
  ],
  [
    'no-space',
    3.4,
    /\bNo space left on device\b|\bdisk quota exceeded\b|not enough (?:free )?(?:disk )?space/i,
  ],
  [
    'rate-limit',
    3.2,
    /\brate limit(?:ed)?\b.{0,20}(?:exceeded|reached|hit)|\b429 Too Many Requests|\btoomanyrequests\b/i,
  ],
  [
    'not-acquired',
    2.6,
    /\b(?:could not|unable to|cannot|failed to) (?:acquire|allocate|reserve|provision)\b/i,
  ],
)
const NETWORK = rows(
  'infrastructure',
  'network',
  [
    'dns',
    3.4,
    /\bCould not resolve (?:host|proxy)|\bTemporary failure (?:in name resolution|resolving)|\bgetaddrinfo (?:ENOTFOUND|EAI_AGAIN)|\bName or service not known|\bno such host\b|UnknownHostException/,
  ],
  [
    'connection',
    2.8,
    /\bConnection (?:was )?(?:refused|reset|timed out|aborted|closed by)|\bconnect(?:ion)? ECONN|\bECONNRESET\b|\bETIMEDOUT\b|\breset by peer\b/i,
  ],
  [
    'tcp',
    2.8,
    /\b(?:i\/o timeout|TLS handshake timeout|no route to host|network is unreachable)\b|Client\.Timeout exceeded|\bunexpected EOF\b/i,
  ],
  [
    'tls',
    2.6,
    /\bSSL(?:_ERROR|Error|HandshakeException)|\bcertificate verify failed|certificate has expired/,
  ],
  [
    'http-5xx',
    3,
    /\b(?:HTTP(?: error| status| code|\/[\d.]+)?|status(?: code)?|error|returned|response code)[:= ]{1,3}(?:50[0234]|52\d)\b|\b50[234] (?:Bad Gateway|Service (?:Temporarily )?Unavailable|Gateway Time-?out)/i,
  ],
  [
    'http-4xx',
    2.2,
    /\bThe requested URL returned error: 4\d\d|\bserver returned (?:HTTP response code: )?4\d\d|\bstatus(?: code)? 40[48]\b/,
  ],
  [
    'download',
    3.2,
    /\b(?:failed|unable|could not|error|couldn't)(?: to)?(?: \w+)? (?:download|fetch|retrieve)(?:ing)?\b|\bdownload(?:ing)? (?:of )?.{0,80}\bfailed\b|^Error downloading /i,
  ],
  ['apt', 3.2, /^E: Failed to fetch|\bHash Sum mismatch\b|^E: Unable to fetch/],
  ['maven-transfer', 3.2, /\bCould not transfer (?:artifact|metadata)|\bFailed to transfer file\b/],
  [
    'git-transfer',
    3.4,
    /\bunable to access 'https?:|\bThe remote end hung up|^error: RPC failed|\bearly EOF\b|\bCould not read from remote repository|^fatal: fetch-pack|\bcouldn't find remote ref\b|did not match any file\(s\) known to git|reference is not a tree/,
  ],
  [
    'artifact',
    3.2,
    /\bArtifact (?:was )?not found\b|\bArtifact has expired\b|\bno artifacts? (?:was|were) found\b/i,
  ],
  [
    'api-server',
    2.6,
    /\bUnable to connect to the server\b|\bThe connection to the server \S+ was refused|\bcouldn't get current server API group list/,
  ],
  [
    'npm-network',
    3.2,
    /npm ERR! network|\bERR_SOCKET_TIMEOUT\b|\bPremature close\b|\bsocket hang up\b/,
  ],
)
const IMAGES = rows(
  'infrastructure',
  'image',
  [
    'pull',
    3.6,
    /\bImagePullBackOff\b|\bErrImagePull\b|\b(?:failed|unable|error)(?: to)? pull(?:ing)?(?: image)?\b|\bpull access denied\b/i,
  ],
  ['manifest', 3.6, /\bmanifest (?:for \S+ )?(?:not found|unknown)\b/],
  ['read-image', 3.4, /\bunable to (?:read|import|resolve) image\b|\bImage pull failed\b/i],
  ['docker-daemon', 2.8, /\bError response from daemon\b|\bCannot connect to the Docker daemon\b/],
)
const NODES = rows(
  'infrastructure',
  'node',
  [
    'pod-offline',
    3.8,
    /\bpod failed to come online\b|\bpod .{1,200} (?:is unhealthy|was (?:evicted|deleted|preempted)|pending (?:for|timeout))/i,
  ],
  [
    'evicted',
    3.4,
    /\bThe node was low on resource\b|\bEvicted\b|\bNodeNotReady\b|\bNode \S{1,100} (?:is|became) not ?ready\b/,
  ],
  [
    'channel',
    3.8,
    /\bBacking channel\b|\bChannelClosedException\b|\bunexpected termination of the channel\b|hudson\.remoting\.|\bRequestAbortedException\b/,
  ],
  [
    'agent',
    3.8,
    /\blost communication with the (?:server|agent|runner)\b|\b(?:agent|slave|node|runner|worker) \S{0,60} ?(?:went offline|is offline|was lost|disconnected|has been (?:lost|removed))|^Cannot contact \S/i,
  ],
  [
    'preempted',
    3.6,
    /\b(?:spot instance|VM|instance|machine)\b.{0,40}\b(?:preempted|reclaimed|terminated by)/i,
  ],
  [
    'workspace',
    3.2,
    /\bFailed to create a temp file on\b|\bUnable to delete .{0,80}workspace|\bRead-only file system\b|\bStale file handle\b|\bInput\/output error\b/,
  ],
  [
    'runner',
    3,
    /^(?:ERROR: )?Job failed \(system failure\)|\bexecutor .{0,30}failed to prepare|\bAn error occurred while provisioning/,
  ],
)
const ACCESS = rows(
  'infrastructure',
  'access',
  [
    'credentials',
    3.4,
    /\bCould not load credentials\b|\bCredentials could not be loaded\b|\b(?:bad|invalid|missing|expired) credentials\b|\bUnable to locate credentials\b/i,
  ],
  ['forbidden', 2.6, /\bis forbidden: User\b/, 'prow-logs'],
  [
    'authorised',
    3.2,
    /\bis not authorized to perform\b|\bAccessDenied(?:Exception)?\b|\b40[13] (?:Forbidden|Unauthorized)\b|\bPermission denied \(publickey|\bauthentication (?:failed|required)\b/i,
  ],
)
const INSTALLS = rows(
  'infrastructure',
  'install',
  [
    'cluster',
    3.4,
    /\b(?:cluster|bootstrap) (?:initialization|installation|installer)? ?failed\b|\bfailed to (?:initialize|install|create|provision) (?:the )?cluster\b|\bfailed waiting for (?:bootstrap|Kubernetes API)/i,
  ],
  [
    'install-step',
    3.2,
    /\bStep \S{1,200}-(?:install|setup|acquire|conf|provision)\S{0,100} failed after|\/reference\/\S{0,60}(?:install|provision|acquire)/,
    'prow-logs',
  ],
  [
    'operators',
    2.8,
    /\bcluster operators? .{0,200}(?:degraded|not available|is reporting a failure)/i,
  ],
)
const CRASHES = rows(
  'crash',
  null,
  ['segfault', 3.4, /\bSegmentation fault\b|\bSIGSEGV\b|\bSIGBUS\b|\bsegfault at\b|\bBus error\b/i],
  [
    'core',
    3.2,
    /\(core dumped\)|\bsignal: (?:killed|aborted|segmentation|bus error|illegal)|\bterminated by signal\b|\bReceived signal:? (?:SIG)?\w+/,
  ],
  [
    'sanitizer',
    3.4,
    /\b(?:ERROR|WARNING|SUMMARY): (?:Address|Thread|Memory|Leak|UndefinedBehavior)Sanitizer:/,
  ],
  ['process-crash', 3.2, /\bPROCESS-CRASH\b|\bHit MOZ_CRASH\b/, 'mozilla-job-logs'],
  [
    'go-panic',
    2.8,
    /^panic: runtime error|^fatal error: (?:unexpected signal|all goroutines|concurrent map|runtime)/,
  ],
  [
    'cpp',
    3,
    /\bterminate called (?:after|without)|\bstack smashing detected|\bdouble free or corruption|\bheap corruption\b|\bpure virtual method called/,
  ],
  [
    'jvm',
    3.2,
    /\bA fatal error has been detected by the Java Runtime|\bThe forked VM terminated without|\bhs_err_pid/,
  ],
  ['windows', 3.2, /\bEXCEPTION_ACCESS_VIOLATION\b|\b0x[cC]0000005\b/],
  [
    'memory',
    3,
    /\bOOMKilled\b|\bOut of memory: Kill|\bJavaScript heap out of memory|\bvirtual memory exhausted|\bcc1plus: out of memory|\bjava\.lang\.OutOfMemoryError/,
  ],
  [
    'exit-signal',
    2.4,
    /\bexit(?:ed)?(?: with)?(?: code| status)?[ :=]*(?:134|135|136|137|139|-6|-9|-11)\b/i,
  ],
  ['killed', 2.2, /^(?:\S+: line \d+: +\d+ )?Killed\b/],
  ['rust-abort', 2.8, /\(signal: \d+, SIG/],
)
const BUILDS = rows(
  'build',
  null,
  ['gcc', 3, /^.{0,300}?[\w+)-]\.\w{1,5}:\d+:(?:\d+:)? (?:fatal )?error:/],
  ['msvc', 3, /\berror (?:C|LNK|CS|BC|FS|MSB|NU|NETSDK)\d{4}\b/],
  [
    'rustc',
    3,
    /^error(?:\[E\d{4}\])?: (?:could not compile|aborting due to|linking with|cannot find|no method|mismatched)|^error\[E\d{4}\]/,
  ],
  ['tsc', 3, /\berror TS\d{3,5}\b/],
  [
    'javac',
    3,
    /\bCOMPILATION ERROR\b|\.java:(?:\[\d+,\d+\]|\d+:) (?:error:|cannot)|\bCompilation (?:error|failed|failure)\b|\berror: (?:cannot find symbol|incompatible types)|\bpackage \S+ does not exist/i,
  ],
  ['scala', 2.8, /^\[error\] .{0,200}\.scala:\d+|\(compileIncremental\)/i],
  [
    'go-compile',
    2.8,
    /^\S{1,200}\.go:\d+:\d+: (?!Warning)|^# \S+\/\S+$|\bcannot find package\b|^go: .{0,200}(?:unknown revision|cannot find|invalid version)|\[build failed\]/,
  ],
  ['haskell', 3, /\.hs:\d+:\d+: error|^cabal: (?:Could not|There were)|\bFailed to install \S+-\d/],
  [
    'linker',
    3,
    /\bundefined reference to\b|\bld returned \d+ exit status|\blinker command failed|\bundefined symbols? (?:for architecture|:)|\bcollect2: error|\bld: (?:symbol|library) .{0,80}not found|lld-link: error/,
  ],
  ['make', 2, /^(?:g?make|mingw32-make)(?:\[\d+\])?: \*\*\* /],
  [
    'ninja',
    2.6,
    /^ninja: (?:build stopped|error)|^FAILED: (?:\[code=\d+\] )?\S{1,300}\.(?:o|so|obj|a|ddi|dylib|lib|pcm)\b/,
  ],
  ['cmake', 2.8, /^CMake Error|\bConfiguring incomplete, errors occurred/],
  ['configure', 2.8, /^configure: error:|^checking .{1,80}\.\.\. (?:configure: )?error/],
  [
    'wheel',
    2.8,
    /\bFailed building wheel\b|\bFailed to build (?:wheel|installable wheels|\S+\.\w+$)|\bsubprocess-exited-with-error\b/i,
  ],
  ['pip', 2.6, /\bNo matching distribution found\b|\bCould not find a version that satisfies/],
  [
    'dependencies',
    2.6,
    /\bCould not (?:resolve dependencies|find (?:artifact|gem|method|com\.|org\.))|\bYour requirements could not be resolved|\bUnable to resolve dependency|\bdependency resolution failed|\bBundler could not find/i,
  ],
  [
    'npm',
    2.4,
    /^npm ERR! (?:code E(?!LIFECYCLE)|peer |missing|notarget|404)|\bERESOLVE\b|\bCannot find module\b|\bModule not found: (?:Error|Can't)/,
  ],
  [
    'apt-package',
    2.6,
    /^E: (?:Unable to locate package|Package .{1,80} has no installation candidate|Unable to correct problems)|^No package .{1,60} available/,
  ],
  [
    'gradle',
    2,
    /^Execution failed for task '[^']{0,120}(?:ompile|ssemble|uild|javac|jar|link)[^']{0,60}'/,
  ],
  [
    'maven',
    2,
    /^\[ERROR\] Failed to execute goal .{0,120}(?:compiler|dependency|resources|enforcer|javadoc|assembly|jar)-plugin/,
  ],
  ['msbuild', 2, /^Build FAILED\.|^ {0,8}\d*[1-9] Error\(s\)/],
  ['python-syntax', 1.8, /^\s{0,8}(?:SyntaxError|IndentationError|TabError): /],
  [
    'build-failed',
    1.4,
    /^(?:\[ERROR\] )?BUILD (?:FAILED|FAILURE)\b|\bBuild (?:failed|did not complete)\b|^Build \S{1,200} failed after/i,
  ],
  [
    'version',
    2.2,
    /\b(?:UnsupportedClassVersionError|requires (?:Ruby|Python|Node|PHP|Java) (?:version)?|is not supported by this version|Your Ruby version is)\b/,
  ],
)
const POLICIES = rows(
  'policy',
  null,
  [
    'reformat',
    3,
    /\bwould (?:be )?reformat(?:ted)?\b|\bfiles? (?:would be|were|need(?:s)? to be|is not|are not) (?:properly )?(?:re)?formatted\b|\bCode style issues\b|\bnot (?:properly )?formatted\b/i,
  ],
  ['eslint', 2.8, /✖ \d+ problems? \(|\b\d+ problems? \([1-9]\d* errors?/],
  ['rubocop', 3, /\b[1-9]\d* offenses? detected\b|^\S{1,200}\.rb:\d+:\d+: [CWEF]: /],
  ['python-lint', 2.8, /^\S{1,200}\.py:\d+(?::\d+)?:? (?:\[?[EWFCRN]\d{3,4}\b|error: )/],
  [
    'checkstyle',
    3,
    /\bcheckstyle\b.{0,80}\b(?:violation|error|fail)|\bYou have \d+ (?:Checkstyle|PMD|SpotBugs|FindBugs)|^\[(?:ERROR|WARN)\] \S{1,200}\.java:\d+(?::\d+)?: .{1,200}\[\w+\]$/i,
  ],
  [
    'plugin',
    2.8,
    /^\[ERROR\] Failed to execute goal .{0,120}(?:checkstyle|spotless|license|pmd|rat|spotbugs|findbugs|animal-sniffer|japicmp|formatter|revapi)\S{0,40}/,
  ],
  ['lint-for', 3, /^>>> Lint for /, 'pytorch-failure-logs'],
  [
    'linter',
    2.8,
    /\bLinter failed\b|\b(?:lint(?:ing)?|linter) (?:errors?|failed|failure|found)\b|\blint(?:er)? .{0,40}\bfailed\b/i,
  ],
  [
    'dirty',
    2.8,
    /\bcheckout dirty\b|\b(?:uncommitted|unstaged) changes\b|\b(?:working (?:tree|directory)|git diff) (?:is )?(?:not clean|dirty)|\bplease (?:run|commit)\b.{0,60}\b(?:generated|fmt|format|regenerate)/i,
  ],
  ['clippy', 2.4, /\bclippy::|^error: unused/],
  ['php-style', 2.8, /^FOUND \d+ ERRORS?|\bPHPCBF CAN FIX\b|\bphpcs\b.{0,40}error/],
  [
    'merge',
    2.8,
    /^CONFLICT \(|\bAutomatic merge failed\b|\bmerge conflict\b|\bcherry-pick\b.{0,200}\b(?:fail|non-zero|conflict)/i,
  ],
  ['refused', 3, /\brefusing to (?:run|build|merge|start)\b/i],
  [
    'change',
    2.8,
    /\b(?:PR|pull request|commit)\b.{0,100}\b(?:is out of sync|more than the \d+ maximum|too (?:large|long|many)|unexpected number|must (?:be|have|contain)|does not (?:have|contain|follow|match))/i,
    'pytorch-failure-logs',
  ],
  ['coverage', 2.4, /\bcoverage\b.{0,60}\b(?:threshold|below|less than|not met|minimum)/i],
  ['audit', 2.4, /\bfound \d+ vulnerabilit/i],
  [
    'sign-off',
    2.8,
    /\b(?:DCO|CLA|sign-?off|license header|copyright header|commit message|changelog)\b.{0,60}\b(?:missing|failed|required|invalid|not )/i,
  ],
)
const TESTS = rows(
  'test',
  null,
  ['go-test', 2.8, /^\s{0,8}--- FAIL: /],
  ['go-package', 1.8, /^FAIL\s+\S+\s+[\d.]+s$/],
  ['tap', 2.6, /^\s{0,8}not ok \d+/],
  ['junit-sum', 2.2, /\bTests run: ?\d+, +Failures: ?(?:[1-9]\d*|\d+, +Errors: ?[1-9])/],
  [
    'surefire',
    2.6,
    /<<< (?:FAILURE|ERROR)!|^\[ERROR\] {2,6}\S{1,200}[.:](?:\w{1,120}:)?\d+ |^(?:Failed tests|Tests in error):/,
  ],
  [
    'failures-sum',
    2,
    /\bFAILED \((?:failures|errors)=\d|\b[1-9]\d* (?:tests? )?fail(?:ed|ures?)\b(?!:? ?0)|\b(?:tests? )?failed[:=] ?[1-9]/i,
  ],
  [
    'pytest',
    2.8,
    /^FAILED (?:\[[\d.]+s?\] )?\S{1,300}(?:::|\.py)|^_{4,} \S.{0,200} _{4,}$|^E {2,8}\S|^=+ FAILURES =+$/,
  ],
  ['pytest-collect', 2.6, /^_{4,} ERROR (?:collecting|at)|^ERROR (?:collecting )?\S{1,200}\.py/],
  ['unittest', 2.8, /^(?:FAIL|ERROR): test\w{0,120} \(/],
  [
    'assertion',
    2.2,
    /\b(?:AssertionError|AssertionFailedError|ComparisonFailure|ExpectationNotMet|Assertion failed|Assertion failure|assertion .{0,80}failed|AssertException)\b/,
  ],
  [
    'expected',
    1.8,
    /^\s{0,12}(?:Expected|expected)\b.{0,200}(?:\bbut\b|\bto (?:be|equal|have|match)\b|\bgot\b|\breceived\b|\bactual\b)/,
  ],
  [
    'rspec',
    2.6,
    /^rspec \.?\/?\S{1,200}:\d+|\b\d+ examples?, [1-9]\d* failures?|^\s{0,4}\d+\) \S.{0,200}$/,
  ],
  [
    'minitest',
    2.4,
    /\b\d+ (?:runs|tests), \d+ assertions, (?:[1-9]\d* failures|\d+ failures, [1-9])/,
  ],
  ['jest', 2.6, /^\s{0,4}● .{1,200} › |^Test Suites: [1-9]\d* failed|^Tests: +[1-9]\d* failed/],
  ['marked', 2.2, /^\s{0,12}(?:✖|✗|✘|×) \S/],
  ['mocha', 2.2, /^\s{0,8}[1-9]\d* failing\b/],
  ['cargo', 2.8, /^test \S{1,200} \.\.\. FAILED|^test result: FAILED|^---- \S{1,200} stdout ----/],
  ['gtest', 2.6, /^\[ {2}FAILED {2}\]|\bFailure$/],
  [
    'ctest',
    2.4,
    /^The following tests FAILED:|\*\*\*(?:Failed|Exception|Timeout)|\bErrors while running CTest/,
  ],
  [
    'phpunit',
    2.6,
    /^(?:There (?:was|were) \d+ (?:failure|error)s?:|FAILURES!|Tests: \d+, Assertions: \d+, (?:Errors|Failures): )/,
  ],
  [
    'nunit',
    2.4,
    /^Failed Tests?:|^ {2}Failed \w[\w.]{3,200}(?:\(| \[|$)|\bTest Run Failed\b|\[FAIL\]/,
  ],
  ['scala-test', 2.6, /\*\*\* FAILED \*\*\*|^\[error\] Failed tests:/],
  ['haskell-test', 2.4, /\b\d+ examples?, [1-9]\d* failure|^Test suite \S+: FAIL/],
  ['openshift', 2.6, /^failed: \(\S+\) |^Failing tests:$|^error: \d+ fail, \d+ pass/, 'prow-logs'],
  ['ginkgo', 2.6, /^\s{0,4}(?:• )?\[FAIL(?:ED)?\]|^Summarizing \d+ Failures?|^FAIL! -- /],
  [
    'mozilla',
    2.8,
    /^(?:REFTEST )?TEST-UNEXPECTED-(?:FAIL|ERROR|PASS|CRASH|NOTRUN)/,
    'mozilla-job-logs',
  ],
  [
    'e2e-step',
    2.4,
    /\bStep \S{1,200}-(?:e2e-test|tests?|conformance)\S{0,60} failed after|\/reference\/\S{0,60}(?:e2e|test)\S{0,60}$/,
    'prow-logs',
  ],
  ['node-test', 2.4, /^# (?:fail [1-9]|Failed test)|^Path: \S+\/\S+$/],
  [
    'test-failed',
    2,
    /\btests? (?:have |has )?(?:failed|failures)\b|\bfailed tests?\b|\bThere are test failures\b|\b\w+Tests? - failed\b|\btest\w{0,60} (?:\d+\/\d+ )?failed!/i,
  ],
  [
    'regression',
    2,
    /\bREGRESSION\b(?! TESTS? PASS)|\bgraph_breaks=\d+, expected=/,
    'pytorch-failure-logs',
  ],
  ['import', 1.8, /^(?:E {1,4})?(?:ImportError|ModuleNotFoundError): /],
  [
    'exception',
    1.1,
    /^(?:\S{1,200}\.)?\w{0,80}(?:Error|Exception|Failure): |^Caused by: |\bpanic: |^Traceback \(/,
  ],
  ['fail-mark', 1.8, /\bFAIL:|^FAILED\b|^FAIL\b/],
  ['fail-end', 1.3, /\bFAILED(?: in [\d.]+s)?$/],
)
const NOISE = rows(
  null,
  null,
  ['error-start', 1.2, /^(?:\[?(?:ERROR|error|Error)\]?[: ]|E: |fatal: |FATAL\b|npm ERR!|ERR!)/],
  ['error', 0.8, /\b(?:error|exception|fatal)\b:?/i],
  ['fail', 0.8, /\bfail(?:ed|ure|s)?\b/i],
  [
    'cannot',
    0.7,
    /\b(?:cannot|could not|couldn't|can't|unable to|not found|no such|refused|denied|invalid|missing)\b/i,
  ],
  ['exit', 0.5, /\b(?:exit(?:ed)? (?:code|status|with)|non-?zero|exit [1-9])\b/i],
)

/** What the source tells of a run, and the messages of its failed tests, beside its logs. */
export const TOLD_SIGNS = {
  starved: { kind: 'infrastructure', cause: 'capacity', weight: 3.6 },
  'timed-out': { kind: 'timeout', cause: null, weight: 3.6 },
  aborted: { kind: 'cancelled', cause: null, weight: 2.4 },
  error: { kind: 'infrastructure', cause: null, weight: 1.5 },
  'failed-test': { kind: 'test', cause: null, weight: 2.5 },
} as const satisfies Record<string, Pick<Sign, 'kind' | 'cause' | 'weight'>>
export type ToldSign = keyof typeof TOLD_SIGNS

/** Lines that only look like trouble. */
export const HARMLESS: readonly RegExp[] = [
  /\b0 (?:errors?|failures?|failed|failing|problems|fail)\b(?!.{0,40}\b[1-9]\d* (?:errors?|failures?|failed))/i,
  /\b(?:errors?|failures?|failed)[:=] ?0\b(?!.{0,40}\b(?:errors?|failures?|failed)[:=] ?[1-9])/i,
  /\bfail(?:ed|ures?)?\b.{0,60}\s0$/i,
  /\bno (?:errors?|failures?|problems)\b/i,
  /^\s{0,20}(?:\++|\$|>) |^\s{0,12}(?:if|echo|export|set|then|for|while|test|local|fail) [\w"'$[]/,
  /\b(?:upload(?:ing|ed)?|metrics?|telemetry|cached?|favicon|console\.\w{3,5})\b|>&2$/i,
  /\bTEST-(?:START|PASS|OK|SKIP|INFO|KNOWN)/,
  /\bwarning:|\bWarning: |^\s{0,4}(?:\[?WARN(?:ING)?\]?)[: ]|\bDeprecat/i,
  /\b(?:ok|passed|PASS|success(?:ful|fully)?)\s*$|^\s{0,8}(?:ok \d|✓|√|PASS|--- PASS)|\.\.\. ok$/,
  /^(?:Get|Hit|Ign|Unpacking|Preparing to unpack|Setting up|Selecting|Downloading|Downloaded|Installing|Using|Fetching|Collecting|Requirement already)[: ]/,
]

/** Lines that only announce what follows: Python's, Maven's, and those of runners of tests. */
export const HEADINGS: readonly RegExp[] = [
  /^Traceback \(most recent call last\):/,
  /\bcompilation error ?:\s{0,4}$/i,
  /\bfailures? ?[=:]{1,80}\s{0,4}$/i,
]

export const SIGNS: readonly Sign[] = [
  ...TIMEOUTS,
  ...CANCELLATIONS,
  ...CAPACITY,
  ...NETWORK,
  ...IMAGES,
  ...NODES,
  ...ACCESS,
  ...INSTALLS,
  ...CRASHES,
  ...BUILDS,
  ...POLICIES,
  ...TESTS,
  ...NOISE,
]
