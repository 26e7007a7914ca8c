import { openArchive } from '../../producers/archive/archive.ts'
import { demoSource } from '../../producers/demo/source.ts'
import { HOUR, MONDAY } from '../support/facts.ts'
import { generatedArchive, writeArchive } from '../support/generated-archive.ts'
import { temporaryFolder } from '../support/temporary.ts'
import { describeOfferSource } from './offer-source.ts'

describeOfferSource('an archive', () =>
  openArchive([writeArchive(temporaryFolder(), generatedArchive(120))], { batchOffers: 50 }),
)
describeOfferSource('the demo', () => demoSource({ from: MONDAY, until: MONDAY + 6 * HOUR }))
